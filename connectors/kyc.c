/* kyc.c - who is this: tax number and name against the register, the central KYC registry, signed Aadhaar documents,
 * passport lines.
 *
 * Identifiers that are not well formed end REFUSED before the paid call; the code is the word of base/digits.h or
 * base/mrz.h that says which digit or form is wrong (kyc_shape.c). */
#include "connectors/connectors.h"
#include "connectors/http_call.h"
#include "connectors/kyc_shape.h"

static const struct operation operations[] = {
    {
        .name = "verify",
        .about = "Checks a PAN and compares the name with the register",
        .kind = OP_READ,
        .timeout_ms = 2000,
        .cache_s = 3600,
        .stale_on = "kyc.updated consent.revoked task.corrected",
        .input = JSON({
            "type": "object",
            "properties": {
                "pan": {"type": "string", "pattern": "^[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]$", "x-personal": true},
                "name": {"type": "string", "minLength": 1, "maxLength": 200, "x-personal": true}
            },
            "required": ["pan", "name"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "status": {"enum": ["match", "partial", "mismatch"], "description": "match from 90 %, partial from 60 % of the name"},
                "name_match": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "higher", "description": "how much of the name agrees with the register"},
                "pan_valid": {"type": "boolean", "description": "the PAN is issued and not withdrawn"},
                "dob": {"type": "string", "format": "date", "x-personal": true, "description": "date of birth, where the register tells it"}
            },
            "required": ["status", "name_match", "pan_valid"]
        }),
        .sample = JSON({"status": "match", "name_match": 1, "pan_valid": true, "dob": "1992-04-17"}),
    },
    {
        .name = "passport",
        .about = "Reads the two lines at the foot of a passport and checks their digits; asks nobody whether it was issued",
        .kind = OP_READ,
        .timeout_ms = 1000,
        .input = JSON({
            "type": "object",
            "properties": {
                "line1": {"type": "string", "maxLength": 60, "x-personal": true, "description": "44 characters, P<..."},
                "line2": {"type": "string", "maxLength": 60, "x-personal": true, "description": "44 characters"},
                "name": {"type": "string", "maxLength": 200, "x-personal": true, "description": "to compare with the passport's"}
            },
            "required": ["line1", "line2"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 80, "x-personal": true},
                "dob": {"type": "string", "format": "date", "x-personal": true},
                "document": {"type": "string", "maxLength": 9, "x-personal": true, "description": "number of the passport"},
                "issuer": {"type": "string", "maxLength": 3, "description": "who issued it, in three letters"},
                "nationality": {"type": "string", "maxLength": 3},
                "sex": {"enum": ["F", "M", "X"], "x-personal": true},
                "expires_on": {"type": "string", "format": "date"},
                "expired": {"type": "boolean"},
                "name_match": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "higher", "description": "how much of the given name agrees; only when one was given"}
            },
            "required": ["name", "dob", "document", "issuer", "nationality", "sex", "expires_on", "expired"]
        }),
        .sample = JSON({"name": "MEERA IYER", "dob": "1988-07-02", "document": "Z0000001", "issuer": "IND", "nationality": "IND", "sex": "F", "expires_on": "2031-05-04", "expired": false, "name_match": 1}),
    },
    {
        .name = "aadhaar_offline",
        .about = "Checks the signature of an offline Aadhaar e-KYC document and reads it; keeps the last four digits only, asks nobody",
        .kind = OP_READ,
        .timeout_ms = 2000,
        .input = JSON({
            "type": "object",
            "properties": {
                "xml": {"type": "string", "minLength": 1, "maxLength": 262144, "x-personal": true, "description": "the document, taken out of its ZIP"},
                "share_code": {"type": "string", "maxLength": 40, "x-personal": true, "description": "that the holder chose; for the mobile number"},
                "mobile": {"type": "string", "maxLength": 16, "x-personal": true, "description": "to compare with the document's, as the holder registered it: ten digits"},
                "name": {"type": "string", "maxLength": 200, "x-personal": true, "description": "to compare with the document's"},
                "max_age_days": {"type": "integer", "minimum": 0, "maximum": 3650, "description": "older documents are refused"}
            },
            "required": ["xml"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "maxLength": 30, "x-personal": true, "description": "of the document"},
                "last4": {"type": "string", "maxLength": 4, "x-personal": true, "description": "last digits of the Aadhaar; the rest is nowhere"},
                "name": {"type": "string", "maxLength": 200, "x-personal": true},
                "dob": {"type": "string", "format": "date", "x-personal": true, "description": "missing where the card has only a year"},
                "gender": {"enum": ["F", "M", "T"], "x-personal": true},
                "address": {"type": "string", "maxLength": 1000, "x-personal": true},
                "district": {"type": "string", "maxLength": 100},
                "state": {"type": "string", "maxLength": 100},
                "pincode": {"type": "string", "maxLength": 100, "x-personal": true},
                "issued_on": {"type": "string", "format": "date", "description": "of the document"},
                "age_days": {"type": "integer", "minimum": 0, "x-better": "lower", "description": "of the document"},
                "name_match": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "higher", "description": "how much of the given name agrees; only when one was given"},
                "mobile_match": {"type": "boolean", "description": "only when a mobile number was given and the document has one"},
                "photo_sha256": {"type": "string", "maxLength": 64, "description": "of the photo as it stands in the document"}
            },
            "required": ["reference", "last4", "name", "issued_on", "age_days"]
        }),
        .sample = JSON({"reference": "001920260110120000000", "last4": "0019", "name": "Meera Iyer", "dob": "1988-07-02", "gender": "F", "address": "12 Lake Road", "district": "Chennai", "state": "Tamil Nadu", "pincode": "600001", "issued_on": "2026-01-10", "age_days": 5, "name_match": 1}),
    },
    {
        .name = "ckyc_search",
        .about = "Asks the central KYC registry whether it has a record; gives a reference, not the record",
        .kind = OP_READ,
        .timeout_ms = 3000,
        .cache_s = 3600,
        .stale_on = "kyc.updated consent.revoked",
        .input = JSON({
            "type": "object",
            "properties": {
                "id_type": {"enum": ["pan", "aadhaar_last4", "voter_id", "passport", "driving_licence", "gstin"]},
                "id_number": {"type": "string", "minLength": 4, "maxLength": 20, "x-personal": true, "description": "of an Aadhaar only the last four digits"},
                "name": {"type": "string", "maxLength": 200, "x-personal": true, "description": "needed with aadhaar_last4"},
                "dob": {"type": "string", "format": "date", "x-personal": true, "description": "needed with aadhaar_last4"}
            },
            "required": ["id_type", "id_number"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "found": {"type": "boolean", "description": "false: nothing else is filled"},
                "reference": {"type": "string", "maxLength": 60, "description": "to download the record with"},
                "name": {"type": "string", "maxLength": 200, "x-personal": true},
                "updated_on": {"type": "string", "format": "date", "description": "of the record"}
            },
            "required": ["found"]
        }),
        .sample = JSON({"found": true, "reference": "ckyc-0001", "name": "MEERA IYER", "updated_on": "2024-03-11"}),
    },
    {
        .name = "ckyc_download",
        .about = "Fetches a record of the central KYC registry; the date of birth is what proves that we know the person",
        .kind = OP_READ,
        .timeout_ms = 5000,
        .input = JSON({
            "type": "object",
            "properties": {
                "reference": {"type": "string", "minLength": 1, "maxLength": 60, "description": "from ckyc_search"},
                "dob": {"type": "string", "format": "date", "x-personal": true},
                "consent": {"type": "string", "minLength": 1, "maxLength": 100, "description": "under which the record is fetched"}
            },
            "required": ["reference", "dob", "consent"],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 200, "x-personal": true},
                "dob": {"type": "string", "format": "date", "x-personal": true},
                "gender": {"enum": ["F", "M", "T"], "x-personal": true},
                "pan": {"type": "string", "maxLength": 10, "x-personal": true},
                "aadhaar_last4": {"type": "string", "maxLength": 4, "x-personal": true},
                "address": {"type": "string", "maxLength": 400, "x-personal": true},
                "district": {"type": "string", "maxLength": 60},
                "state": {"type": "string", "maxLength": 60},
                "pincode": {"type": "string", "maxLength": 6, "x-personal": true},
                "updated_on": {"type": "string", "format": "date"}
            },
            "required": ["name", "dob", "updated_on"]
        }),
        .sample = JSON({"name": "MEERA IYER", "dob": "1988-07-02", "gender": "F", "pan": "ZZZPP3303Z", "aadhaar_last4": "0019", "address": "12 Lake Road", "district": "Chennai", "state": "Tamil Nadu", "pincode": "600001", "updated_on": "2024-03-11"}),
    },
    {.name = NULL},
};

static enum err open_kyc(const struct connector_env *env, struct connector **out, struct fault *f) {
    return http_connector_open(&kyc_connector, env, out, f);
}

const struct connector_ops kyc_connector = {
    .name = "kyc",
    .shaping = &kyc_shaping,
    .operations = operations,
    .open = open_kyc,
    .start = http_connector_start,
    .cancel = http_connector_cancel,
    .close = http_connector_close,
};
