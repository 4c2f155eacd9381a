"""Jobs looked for over the API: in all projects one may see, by what they are and say, page by page."""

import pytest

from agents.lifecycle import failures, leases, moves
from agents.models import Job
from agents.services import chores, jobs, sessions
from projects.services import files, projects, remotes
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db
NOBODYS = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def several(people: People) -> dict[str, Job]:
    """One that failed, one that waits, one in another session, a push, and one of another project."""
    elsewhere = projects.create(name="Elsewhere", by=people.owner)
    failed = jobs.start(project=people.project, text="A reading list", by=people.owner)
    lease = leases.claim(failed.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure("provider_down"))
    files.save(people.main, "a.txt", b"1", by=people.owner)
    waits = jobs.start(project=people.project, text="Make it green", by=people.owner)
    session = sessions.create(people.main, "Colours", by=people.owner)
    aside = sessions.say(session, "Make it blue", by=people.owner)
    push = chore(people)
    other = jobs.start(project=elsewhere, text="A blue lake", by=people.owner)
    return {"failed": failed, "waits": waits, "aside": aside, "push": push, "other": other}


def chore(people: People) -> Job:
    url = "https://git.example.com/a/b.git"
    return chores.push(remotes.add(people.project, name="origin", url=url, by=people.owner), by=people.owner)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["other", "push", "aside", "waits", "failed"]),
        ("?state=failed", ["failed"]),
        ("?state=queued&kind=edit", ["aside", "waits"]),
        ("?kind=push", ["push"]),
        ("?project={other.project_id}", ["other"]),
        ("?session={aside.session_id}", ["aside"]),
        ("?session=" + NOBODYS, []),
        ("?text=BLUE", ["other", "aside"]),
        ("?text=blue&project={failed.project_id}", ["aside"]),
        ("?since={since}", ["other", "push", "aside"]),
        ("?since=9999-12-31T23:59:59Z", []),
    ],
)
def test_jobs_are_looked_for(
    several: dict[str, Job], people: People, program: Programs, query: str, names: list[str]
) -> None:
    since = several["aside"].created_at.isoformat().replace("+", "%2B")
    found = program(people.owner).get("/jobs" + query.format(**several, since=since))
    assert found.status_code == 200, found.content
    assert [item["id"] for item in found.json()["items"]] == [str(several[name].pk) for name in names]


@pytest.mark.parametrize(
    "query",
    [
        "?state=gone",
        "?since=yesterday",
        "?since=0.5",
        "?since=1e9",
        "?since=-1",
        "?since=0001-01-01T00:00:00%2B23:59",
        "?text=",
        "?project=7",
    ],
)
def test_what_cannot_be_looked_for_is_refused(people: People, program: Programs, query: str) -> None:
    assert problem(program(people.owner).get(f"/jobs{query}"))["code"] == "invalid"


def test_nobody_finds_what_they_may_not_see(several: dict[str, Job], people: People, program: Programs) -> None:
    seen = program(people.viewer).get("/jobs").json()["items"]
    assert str(several["other"].pk) not in [item["id"] for item in seen]
    assert len(seen) == 4
    hidden = program(people.viewer).get(f"/jobs?project={several['other'].project_id}")
    assert problem(hidden)["code"] == "not_found"
    assert program(people.stranger).get("/jobs").json()["items"] == []


def test_a_hidden_job_and_none_are_told_alike(several: dict[str, Job], people: People, program: Programs) -> None:
    asks = program(people.stranger)
    hidden, none = (problem(asks.get(f"/jobs/{one}")) for one in (several["other"].pk, NOBODYS))
    for each in (hidden, none):
        del each["instance"], each["request_id"]
    assert hidden == none


def test_pages_follow_each_other(several: dict[str, Job], people: People, program: Programs) -> None:
    asks, seen, path = program(people.owner), [], "/jobs?limit=2"
    while path:
        page = asks.get(path).json()
        seen += [item["id"] for item in page["items"]]
        path = f"/jobs?limit=2&after={page['next']}" if page["next"] else ""
    assert seen == [str(job.pk) for job in reversed(list(several.values()))]
