if (window.SwaggerUIBundle)
  SwaggerUIBundle({ url: "/openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null, persistAuthorization: true });
else
  document.getElementById("ui").textContent = "This build has no API pages; the document itself is at /openapi.json.";
