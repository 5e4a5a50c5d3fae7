# tidy.awk - the rules that can be read off the text, one pass over all files. Called by tidy.sh with
# layers.txt and tidy-allow.txt first. Prints "file:line: message [rule]".

function fault(rule, line, text, where) {
    if (where == "") where = FILENAME
    if ((rule, where) in allowed) used[rule, where] = 1
    else printf "%s:%d: %s [%s]\n", FILENAME, line, text, rule
}

function begins(s, prefix) { return substr(s, 1, length(prefix)) == prefix }

# The room a path belongs to: the longest row it begins with.
function room_of(path,   r, best) {
    best = ""
    for (r in storey)
        if ((path == r || begins(path, r "/") || begins(path, r ".")) && length(r) > length(best)) best = r
    return best
}

# Where a quoted include leads, as a path from the top.
function resolve(name,   dir) {
    if (name ~ /^(dsl|models|connectors|experiments|engine|tests)\//) return name
    if (name ~ /_sql\.h$/) return "engine/io/pg.h" # made by scripts/sql.sh; brings no more than this
    if (name ~ /\//) return "engine/" name
    dir = FILENAME; sub(/\/[^\/]*$/, "/", dir)
    return dir name
}

function check_include(line,   name, target, home, n, i, ok, to) {
    match(line, /[<"][^>"]*[>"]/)
    name = substr(line, RSTART + 1, RLENGTH - 2)
    if (line ~ /include *"/) {
        target = resolve(name); home = room_of(FILENAME); to = room_of(target)
        if (home == "" || home == "tests" || to == home) return
        n = split(may[home], part, " "); ok = 0
        for (i = 1; i <= n; i++) if (target == part[i] || begins(target, part[i] "/")) ok = 1
        if (!ok) fault("layer", FNR, home " may not include \"" name "\"")
        return
    }
    if (FILENAME ~ /^tests\//) return
    for (i = 1; i <= systems; i++)
        if (name == system_header[i] || (system_header[i] ~ /\/$/ && begins(name, system_header[i]))) return
    for (i = 1; i <= thirds; i++) {
        if (!begins(name, third[i])) continue
        n = split(homes[i], part, " ")
        for (ok = 1; ok <= n; ok++)
            if (FILENAME == part[ok] || begins(FILENAME, part[ok] "/") || begins(FILENAME, part[ok])) return
        fault("third-party", FNR, "<" name "> belongs only into " homes[i]); return
    }
    fault("third-party", FNR, "<" name "> is not listed in scripts/layers.txt")
}

# A line of C without its comments and, in `code`, without the insides of its texts.
function strip(line,   out, i, c, two) {
    out = ""; quoted = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1); two = substr(line, i, 2)
        if (in_comment) { if (two == "*/") { in_comment = 0; i++ } }
        else if (two == "/*") { in_comment = 1; i++ }
        else if (two == "//") break
        else if (c == "\"" || c == "'") {
            out = out c
            for (i++; i <= length(line) && substr(line, i, 1) != c; i++) {
                if (substr(line, i, 1) == "\\") i++
                else if (c == "\"") quoted = quoted substr(line, i, 1)
            }
            out = out c; quoted = quoted "\n"
        } else out = out c
    }
    return out
}

function end_file() {
    if (last_file == "") return
    if (last_lines > 600 && last_file ~ /\.(c|h|sql|js|mjs|py|sh|awk|lua)$/ && !(("long-file", last_file) in allowed))
        printf "%s:%d: file has %d lines; 600 is the most: look for the seam [long-file]\n", last_file, last_lines, last_lines
    else if (last_lines > 600) used["long-file", last_file] = 1
}

FILENAME ~ /scripts\/layers\.txt$/ {
    if ($1 == "room") { storey[$2] = $3; may[$2] = ""; for (i = 4; i <= NF; i++) may[$2] = may[$2] " " $i; at[$2] = FNR }
    if ($1 == "third") { third[++thirds] = $2; homes[thirds] = ""; for (i = 3; i <= NF; i++) homes[thirds] = homes[thirds] (i > 3 ? " " : "") $i }
    if ($1 == "system") for (i = 2; i <= NF; i++) system_header[++systems] = $i
    next
}
FILENAME ~ /scripts\/tidy-allow\.txt$/ {
    if ($0 ~ /^#/ || NF == 0) next
    if (NF < 4) printf "%s:%d: expected RULE WHERE REASON of some words [allow]\n", FILENAME, FNR
    allowed[$1, $2] = FNR; next
}
FNR == 1 {
    if (!checked_table++)
        for (r in storey) {
            n = split(may[r], part, " ")
            for (i = 1; i <= n; i++) {
                to = room_of(part[i])
                if (to != "" && to != r && storey[to] >= storey[r])
                    printf "scripts/layers.txt:%d: %s is not below %s [layer]\n", at[r], part[i], r
            }
        }
    end_file(); in_comment = 0; inside = open = 0
}
{ last_file = FILENAME; last_lines = FNR }

/TODO|FIXME/ {
    if (FILENAME !~ /^(scripts\/(tidy|README)|tests\/scripts\/)/ && $0 !~ /(TODO|FIXME)\([a-z][a-z0-9_-]*\):/ && $0 ~ /(^|[^A-Za-z_])(TODO|FIXME)([^A-Za-z_]|$)/)
        fault("todo", FNR, "a TODO has a name: TODO(who): what")
}
FILENAME ~ /\.sql$/ {
    if (FILENAME ~ /^tests\//) next
    line = tolower($0); sub(/--.*/, "", line)
    if (line ~ /(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid) *\(|current_(date|time|timestamp)|localtime/)
        fault("clock", FNR, "SQL reads no clock and draws no lots: both are parameters")
    next
}
FILENAME !~ /\.[ch]$/ { next }
/^[ \t]*# *include/ { check_include($0) }
{
    code = strip($0)
    if (match(code, /(^|[^A-Za-z0-9_>.])(strcpy|strcat|sprintf|vsprintf|stpcpy|rand|srand|random|srandom|drand48|time|localtime|gmtime|ctime|asctime|strtok|atoi|atol|atoll|atof|gets|alloca|tmpnam|mktemp) *\(/)) {
        word = substr(code, RSTART, RLENGTH); gsub(/[^A-Za-z0-9_]/, "", word)
        fault("banned", FNR, word " is banned")
    }
    if (FILENAME !~ /^tests\// && tolower(quoted) ~ /(^|[^a-z_])(select [^\n]+ from |select [a-z_]+\(|insert into [a-z]|delete from [a-z]|update [a-z_]+ set |(create|alter|drop) (table|index|schema|role|user|database|view|function) )/)
        fault("sql", FNR, "SQL lives in .sql files")
}
# Functions and structs begin in column 1 and end with "}" in column 1.
!inside && !open && code ~ /^[A-Za-z_]/ { open = 1; first = FNR; head = "" }
open {
    head = head " " code
    if (code ~ /\{[ \t]*$/) {
        open = 0; inside = head ~ /^[^{=]*\([^{=]*\{[ \t]*$/ ? 1 : 2 # 2: struct, table, enum
        name = head; sub(/^ *[A-Z_]+(\([^)]*\))? /, "", name); sub(/ *\(.*/, "", name); sub(/.*[ *]/, "", name)
    } else if (code ~ /[;}][ \t]*$/) open = 0
}
/^\}/ {
    if (inside == 1 && FNR - first + 1 > 60)
        fault("long-function", first, name " has " (FNR - first + 1) " lines; 60 is the most", FILENAME ":" name)
    inside = 0
}
END {
    end_file()
    for (k in allowed)
        if (!(k in used)) { split(k, p, SUBSEP); if (p[1] != "alone" && p[1] != "readme") printf "scripts/tidy-allow.txt:%d: %s %s excuses nothing any more [allow]\n", allowed[k], p[1], p[2] }
}
