/* artefact.c - reading and writing an artefact's folder, hashes first. */
#include "models/artefact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/text.h"

static void fd_close(int *fd) {
    if (*fd >= 0) close(*fd);
}

enum err artefact_file(const char *path, size_t most, struct buf *out, struct fault *f) {
    AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fault_set(f, ERR_NOT_FOUND, path, "cannot open the file: %s", strerror(errno));
    buf_init(out, most + 1);
    char bytes[32768];
    ssize_t got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0 && buf_ok(out)) buf_add(out, bytes, (size_t)got);
    enum err e = OK;
    if (got < 0) e = fault_set(f, ERR_IO, path, "cannot read the file: %s", strerror(errno));
    else if (!buf_ok(out) || out->len > most)
        e = fault_set(f, ERR_LIMIT, path, "the file is over %zu bytes", most);
    if (e) buf_reset(out);
    return e;
}

static bool path_of(const char *dir, const char *file, char *out, size_t cap, struct fault *f) {
    if (snprintf(out, cap, "%s/%s", dir, file) < (int)cap) return true;
    (void)fault_set(f, ERR_INVALID, file, "the folder's name is too long");
    return false;
}

/* The hash of the manifest without its own hash. */
static enum err own_hash(const json_t *manifest, char out[65]) {
    json_t *bare = json_copy((json_t *)manifest);
    if (!bare) return ERR_NOMEM;
    json_object_del(bare, "manifest_sha256");
    enum err e = json_hash(bare, out);
    json_decref(bare);
    return e;
}

static enum err read_manifest(const char *dir, struct artefact *a, struct fault *f) {
    char path[4096];
    AUTO(buf_reset) struct buf text = {0};
    if (!path_of(dir, "manifest.json", path, sizeof path, f)) return ERR_INVALID;
    enum err e = artefact_file(path, ARTEFACT_FILE_MAX, &text, f);
    if (e) return e;
    struct fault inner = {0};
    e = json_parse(buf_text(&text), text.len, &JSON_LIMITS_OWN, &a->manifest, &inner);
    if (e) return fault_set(f, e, "manifest.json", "%.80s: %.250s", inner.where, inner.text);
    e = own_hash(a->manifest, a->hash);
    if (e) return fault_set(f, e, "manifest.json", "cannot be hashed");
    if (!text_eq(json_text(a->manifest, "manifest_sha256", NULL), a->hash))
        return fault_set(f, ERR_INVALID, "manifest.json",
                         "was changed after training: its own hash does not fit");
    if (json_int(a->manifest, "format", 0) != ARTEFACT_FORMAT)
        return fault_set(f, ERR_INVALID, "manifest.json", "is not of format %d", ARTEFACT_FORMAT);
    return OK;
}

/* `out` may be NULL when only the hash is of interest. */
static enum err read_checked(const char *dir, const json_t *manifest, const char *file,
                             struct buf *out, struct fault *f) {
    char path[4096], hash[65];
    AUTO(buf_reset) struct buf bytes = {0};
    if (!path_of(dir, file, path, sizeof path, f)) return ERR_INVALID;
    const json_t *entry = json_object_get(json_object_get(manifest, "files"), file);
    if (!entry) return fault_set(f, ERR_INVALID, "manifest.json", "does not name the file %s", file);
    enum err e = artefact_file(path, ARTEFACT_FILE_MAX, &bytes, f);
    if (e) return e;
    crypt_sha256_hex(buf_text(&bytes), bytes.len, hash);
    if (!text_eq(json_text(entry, "sha256", NULL), hash))
        return fault_set(f, ERR_INVALID, file, "does not match its hash in manifest.json "
                         "(%zu bytes, %lld expected): it is damaged or belongs to another model",
                         bytes.len, (long long)json_int(entry, "bytes", -1));
    if (out) {
        *out = bytes;
        bytes = (struct buf){0};
    }
    return OK;
}

static enum err read_parts(const char *dir, struct artefact *a, struct fault *f) {
    enum err e = read_manifest(dir, a, f);
    if (e) return e;
    a->name = json_text(a->manifest, "name", NULL);
    a->version = json_text(a->manifest, "version", NULL);
    if (!a->name || !a->version)
        return fault_set(f, ERR_INVALID, "manifest.json", "lacks name or version");
    e = read_checked(dir, a->manifest, "model.ubj", &a->model, f);
    if (!e) e = read_checked(dir, a->manifest, "golden.csv", &a->golden, f);
    if (!e) e = read_checked(dir, a->manifest, "card.md", NULL, f);
    if (!e) e = features_read(json_object_get(a->manifest, "features"), &a->features, f);
    if (!e) e = calibration_read(json_object_get(a->manifest, "calibration"), &a->calibration, f);
    return e;
}

enum err artefact_read(const char *dir, struct artefact *out, struct fault *f) {
    *out = (struct artefact){0};
    enum err e = read_parts(dir, out, f);
    if (e) artefact_reset(out);
    return e;
}

void artefact_reset(struct artefact *a) {
    features_reset(&a->features);
    buf_reset(&a->model);
    buf_reset(&a->golden);
    json_decref(a->manifest);
    *a = (struct artefact){0};
}

static enum err write_file(const char *dir, const char *file, const struct buf *bytes,
                           struct fault *f) {
    char path[4096];
    if (!path_of(dir, file, path, sizeof path, f)) return ERR_INVALID;
    FILE *out = fopen(path, "wb");
    if (!out) return fault_set(f, ERR_IO, path, "cannot write: %s", strerror(errno));
    bool good = fwrite(buf_text(bytes), 1, bytes->len, out) == bytes->len;
    good = !fclose(out) && good;
    return good ? OK : fault_set(f, ERR_IO, path, "cannot write: %s", strerror(errno));
}

static enum err note_file(json_t *files, const char *file, const struct buf *bytes) {
    char hash[65];
    crypt_sha256_hex(buf_text(bytes), bytes->len, hash);
    return json_put_take(files, file, json_pack("{s:s,s:I}", "sha256", hash, "bytes",
                                                (json_int_t)bytes->len));
}

static enum err complete(json_t *manifest, const struct artefact_files *files) {
    json_t *list = json_object();
    enum err e = note_file(list, "model.ubj", files->model);
    if (!e) e = note_file(list, "golden.csv", files->golden);
    if (!e) e = note_file(list, "card.md", files->card);
    if (e) {
        json_decref(list);
        return e;
    }
    e = json_put_take(manifest, "files", list);
    char hash[65];
    if (!e) e = own_hash(manifest, hash);
    return e ? e : json_put_take(manifest, "manifest_sha256", json_string(hash));
}

static enum err make_folders(const char *dir, struct fault *f) {
    char path[4096];
    if (!text_copy(path, sizeof path, dir)) return fault_set(f, ERR_INVALID, "", "name too long");
    for (char *p = path + 1;; p++) {
        if (*p != '/' && *p) continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(path, 0777) && errno != EEXIST)
            return fault_set(f, ERR_IO, path, "cannot make the folder: %s", strerror(errno));
        *p = kept;
        if (!kept) return OK;
    }
}

enum err artefact_write(const char *dir, json_t *manifest, const struct artefact_files *files,
                        struct fault *f) {
    enum err e = complete(manifest, files);
    if (e) return fault_set(f, e, "manifest.json", "cannot be completed");
    AUTO(buf_reset) struct buf text = {0};
    buf_init(&text, ARTEFACT_FILE_MAX);
    char *pretty = json_dumps(manifest, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    buf_adds(&text, pretty);
    buf_addc(&text, '\n');
    free(pretty);
    e = make_folders(dir, f);
    if (!e) e = write_file(dir, "model.ubj", files->model, f);
    if (!e) e = write_file(dir, "golden.csv", files->golden, f);
    if (!e) e = write_file(dir, "card.md", files->card, f);
    if (!e) e = write_file(dir, "manifest.json", &text, f);
    return e;
}
