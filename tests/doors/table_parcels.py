"""Jobs in files: out of a project, into one, and into one of its own."""

from django.core.files.uploadedfile import SimpleUploadedFile

from agents.models import Job
from agents.services import jobs, parcels
from tests.doors.rows import API_EDITORS, API_SIGNED_IN, API_VIEWERS, EDITORS, SIGNED_IN, Row
from tests.doors.world import World

API = "api/v2/"
HEADERS = {"Content-Type": "application/zip"}


def job(world: World) -> Job:
    """That has ended."""
    found = Job.objects.filter(project=world.project).first()
    found = found or jobs.start(project=world.project, text="A reading list", by=world.people.owner)
    jobs.stop(found, by=None)
    found.refresh_from_db()
    return found


def job_id(world: World) -> str:
    return str(job(world).pk)


def parcel(world: World) -> bytes:
    return b"".join(parcels.export(job(world)).pieces)


def uploaded(world: World) -> dict[str, object]:
    return {"file": SimpleUploadedFile("job.zip", parcel(world)), "name": ""}


PROJECT = "p/<slug:owner>/<slug:project>/"
OF_JOB = {"job_id": job_id}

ROWS = (
    Row("GET import/job/", SIGNED_IN),
    Row("POST import/job/", SIGNED_IN, body=uploaded),
    Row(f"GET {PROJECT}jobs/import/", EDITORS),
    Row(f"POST {PROJECT}jobs/import/", EDITORS, body=uploaded),
    Row(f"GET {PROJECT}jobs/<uuid:job_id>/replay/", EDITORS, OF_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/replay/", EDITORS, OF_JOB, body={"from_step": "", "into": "again"}),
    Row(f"GET {PROJECT}jobs/<uuid:job_id>/export/", EDITORS, OF_JOB),
    Row(f"GET {API}jobs/<uuid:job>/export", API_EDITORS, {"job": job_id}),
    Row(f"POST {API}projects/<uuid:project>/jobs/import", API_EDITORS, body=parcel, headers=HEADERS),
    Row(f"GET {API}jobs/<uuid:job>/replays", API_VIEWERS, {"job": job_id}),
    Row(f"POST {API}jobs/<uuid:job>/replays", API_EDITORS, {"job": job_id}, body={"into": "again"}),
    Row(f"POST {API}imports/job", API_SIGNED_IN, body=parcel, headers=HEADERS),
)
