"""run.py [PART-OF-NAME ...] - the end-to-end tests: every function test_* of every test_*.py here.

A test takes the shared running instance as `t`; one that needs its own makes it. Ends with the line
`N passed, N failed`; exit 1 when one failed.
"""
import importlib
import os
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tenor  # noqa: E402


class Skip(Exception):
    pass


def wanted(name):
    parts = sys.argv[1:]
    return not parts or any(p in name for p in parts)


def collect():
    for file in sorted(pathlib.Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(file.stem)
        for name, what in vars(module).items():
            if name.startswith("test_") and callable(what) and wanted(f"{file.stem}.{name}"):
                yield f"{file.stem}.{name}", what


def main():
    tests = list(collect())
    passed = failed = 0
    shared = None
    for name, what in tests:
        begin = time.monotonic()
        try:
            if what.__code__.co_argcount:
                if not shared:
                    shared = tenor.Tenor().start()
                    if os.environ.get("TENOR_E2E_PROXY"):
                        shared.start_proxy()
                what(shared)
            else:
                what()
            passed += 1
            print("ok    %-60s %6.2f s" % (name, time.monotonic() - begin), flush=True)
        except Exception as e:
            if type(e).__name__ == "Skip":
                print("skip  %-60s %s" % (name, e), flush=True)
                continue
            failed += 1
            print("FAIL  %-60s %6.2f s" % (name, time.monotonic() - begin), flush=True)
            traceback.print_exc()
    if shared:
        if failed:
            print(shared.tail())
        code = shared.stop()
        if code != 0:
            failed += 1
            print("FAIL  tenor run ended with exit code", code)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
