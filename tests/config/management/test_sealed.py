"""A database whose key is lost: nothing is served from it, and what could help still works."""

from tests.installation import Installation

MAKE_A_SECRET = """
from projects.models import Secret
from projects.services import accounts, projects, sealed
from projects import sealing
project = projects.create(name="Garden", by=accounts.local_owner())
secret = Secret(project=project, name="STRIPE_KEY")
secret.ciphertext = sealing.seal("value", about=sealed.about_secret(secret))
secret.save()
"""


def test_without_the_key_nothing_is_served_and_with_it_again(whole: Installation) -> None:
    whole.script(MAKE_A_SECRET)
    key = whole.home / "keys" / "encryption.key"
    right = key.read_text()
    key.unlink()  # as after a backup was put back without it; a new one is made
    for words in (["serve"], ["up"], ["serve", "worker"]):
        process = whole.start(*words)
        assert process.wait(60) == 4, words
        said = whole.said(process)
        assert "encrypted with a key that is not here" in said
        assert "Traceback" not in said
    assert whole.manage("migrate").returncode == 0
    doctor = whole.manage("doctor")
    assert "✗ Encrypted" in doctor.stdout
    assert doctor.returncode == 1
    key.write_text(right)
    whole.serve()
    assert whole.answers()


def test_a_replaced_key_serves_beside_the_new_one(whole: Installation) -> None:
    whole.script(MAKE_A_SECRET)
    key = whole.home / "keys" / "encryption.key"
    former = key.read_text().strip()
    key.unlink()
    whole.environment["DJINN_FORMER_ENCRYPTION_KEYS"] = former
    assert "need a former key" in whole.manage("doctor").stdout
    assert "Encrypted anew: 1." in whole.manage("reseal").stdout
    del whole.environment["DJINN_FORMER_ENCRYPTION_KEYS"]
    assert "1 texts, and their key is here" in whole.manage("doctor").stdout
