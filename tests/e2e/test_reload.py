"""Strategy files under a running instance: a saved file is used by the next case, a bad one never replaces a good one."""
import pathlib
import shutil
import tempfile

from cases import PRIME, apply
from tenor import ROOT, Tenor, eventually


def test_a_changed_policy_is_used_at_once_and_a_broken_one_never():
    root = pathlib.Path(tempfile.mkdtemp(prefix="tenor-root-"))
    for part in ("workflows", "strategies", "models"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("*.c", "*.h"))
    policy = root / "strategies/credit/personal_loan/1.lua"
    text = policy.read_text()
    t = Tenor(extra=("--root", str(root))).start()
    try:
        first = apply(t, PRIME).json
        assert first["decision"]["outcome"] == "approve", first
        policy.write_text(text.replace("pd_approve    = percent(4)", "pd_approve    = percent(0.01)"))

        def referred():
            a = apply(t, PRIME).json
            return a if a["decision"]["outcome"] == "refer" else None
        assert eventually(referred, 15, 0.5)["decision"]["reasons"][0]["code"] == "R07"
        policy.write_text(text.replace("otherwise", "otherwize"))
        eventually(lambda: "definition_unsound" in (pathlib.Path(t.dir) / "log" / "engine.log").read_text(), 15, 0.5)
        still = apply(t, PRIME).json
        assert still["decision"]["outcome"] == "refer", still
        # the first case is still what it was, and its run can still be read
        again = t.get("/v1/applications/" + first["id"]).json
        assert again["decision"]["outcome"] == "approve", again
    finally:
        code = t.stop()
        shutil.rmtree(root, ignore_errors=True)
    assert code == 0
