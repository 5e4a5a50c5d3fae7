/* artefact.h - the folder of a trained model: model.ubj, manifest.json, card.md, golden.csv.
 *
 * The manifest names the SHA-256 of the other three files and carries its own (of its canonical JSON
 * without that field). Nothing is handed to the model library before its bytes match: the library's
 * reader can crash on hostile ones. Hashes find damage and mix-ups; they are not signatures. */
#ifndef MODELS_ARTEFACT_H
#define MODELS_ARTEFACT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "models/calibrate.h"
#include "models/feature.h"

#define ARTEFACT_FORMAT 1
#define ARTEFACT_FILE_MAX (16u << 20)

struct artefact {
    json_t *manifest;
    const char *name, *version; /* in the manifest */
    char hash[65];              /* of the manifest, hence of everything */
    struct features features;
    struct calibration calibration;
    struct buf model, golden;
};

/* Reads a folder and checks every hash; the fault names the file and what is wrong with it. */
MUST_CHECK enum err artefact_read(const char *dir, struct artefact *out, struct fault *f);
void artefact_reset(struct artefact *a);

struct artefact_files {
    const struct buf *model, *golden, *card;
};
/* Writes a folder (made if needed); the manifest, completed with hashes, goes last. */
MUST_CHECK enum err artefact_write(const char *dir, json_t *manifest, const struct artefact_files *files,
                                   struct fault *f);

/* A whole file of at most `most` bytes. */
MUST_CHECK enum err artefact_file(const char *path, size_t most, struct buf *out, struct fault *f);

#endif
