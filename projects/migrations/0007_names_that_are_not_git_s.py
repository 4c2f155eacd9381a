"""Forks took over names of commits without the bytes behind them, so that nobody could clone them.

A name that its version's bytes do not have is forgotten, with the names of all that came from it; git asks anew.
"""

from collections import defaultdict

from django.db import migrations

from projects.git import objects

MARKS = ("{}", "{}.1", "{}.2")
ASKED_AT_ONCE = 500


def forget(apps, schema_editor):
    version_model = apps.get_model("projects", "Version")
    named = version_model.objects.exclude(commit_oid=None)
    for project in named.order_by("project").values_list("project", flat=True).distinct():
        _look_through(apps, version_model.objects.filter(project=project).order_by("number"))


def _look_through(apps, versions):
    parentage = apps.get_model("projects", "Parentage").objects.filter(version__in=versions.values("pk"))
    parents = defaultdict(list)
    for child, parent in parentage.order_by("position").values_list("version", "parent"):
        parents[child].append(parent)
    names, contents = {}, {}
    for version in versions.iterator(chunk_size=20):
        names[version.pk] = version.commit_oid
        came_from = [names.get(parent) for parent in parents[version.pk]]
        if version.commit_oid and not _is_its_name(apps, version, came_from, contents, set(names.values())):
            names[version.pk] = None
            versions.filter(pk=version.pk).update(commit_oid=None, raw_commit=None)


def _is_its_name(apps, version, parents, contents, known):
    if None in parents:
        return False
    if version.raw_commit is not None:
        raw = bytes(version.raw_commit)
        told = {line.split()[1].decode() for line in raw.partition(b"\n\n")[0].splitlines() if line.startswith(b"parent ")}
        return objects.name("commit", raw) == version.commit_oid and told <= known
    _learn(apps, {line[0] for line in version.manifest.values()} - contents.keys(), contents)
    if any(line[0] not in contents for line in version.manifest.values()):
        return True  # damaged otherwise, and not judged here
    files = {path: objects.Item(contents[line[0]], bool(line[2])) for path, line in version.manifest.items()}
    tree = objects.write_tree(files)[0]
    return any(version.commit_oid == _name(version, tree, parents, mark) for mark in MARKS)


def _name(version, tree, parents, mark):
    raw = objects.write_commit(
        tree=tree,
        parents=parents,
        author_line=version.author_line,
        at=version.created_at,
        mark=mark.format(version.number),
        message=version.message,
    )
    return objects.name("commit", raw)


def _learn(apps, hashes, contents):
    left = sorted(hashes)
    for start in range(0, len(left), ASKED_AT_ONCE):
        rows = apps.get_model("projects", "Blob").objects.filter(sha256__in=left[start : start + ASKED_AT_ONCE])
        contents.update(rows.values_list("sha256", "git_oid"))


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_revision_of_a_change_set")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
