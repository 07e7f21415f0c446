"""A folder of submissions, graded in one go: a table, a CSV for a learning platform, a summary.

usage: postroad grade LAB FOLDER [--csv FILE] [--format NAME] [--json FILE]
Each file FOLDER/STUDENT.toml, or FOLDER/STUDENT/scenario.toml, is a student's scenario; each
STUDENT.journal, or STUDENT/journal.txt, what they typed; STUDENT/predictions.toml what they said.
"""
from __future__ import annotations

import argparse
import csv
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from .errors import LabError, PostroadError
from .labs import Lab, Report, lab

__all__ = ["Gradebook", "grade_folder"]


# By the platform: its columns, what a student's row has in them, and a row before all students'.
_FORMATS: dict[str, tuple[list[str], list[str], list[str] | None]] = {
    "moodle": (["ID number", "{lab}", "{lab} (feedback)"], ["{student_id}", "{score}", "{feedback}"],
               None),
    "canvas": (["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "{lab}"],
               ["", "", "{student_id}", "{student_id}", "", "{score}"],
               ["    Points Possible", "", "", "", "", "{points}"]),
    "nbgrader": (["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name",
                  "email", "raw_score", "late_submission_penalty", "score", "max_score"],
                 ["{assignment}", "", "", "{student_id}", "", "", "", "{score}", "0", "{score}",
                  "{max_score}"], None),
}


@dataclass
class Gradebook:
    """What a class has come to."""

    lab: Lab
    reports: dict[str, Report]
    """By student."""
    refused: dict[str, str]
    """Submissions that could not be run, and why: they have no points."""

    def rows(self) -> list[dict[str, Any]]:
        """A row a student: `student`, `score`, `max_score`, a column a check, `feedback`."""
        out = []
        for student in sorted([*self.reports, *self.refused]):
            report = self.reports.get(student)
            row: dict[str, Any] = {"student_id": student, "assignment": self.lab.name,
                                   "score": report.earned if report else 0,
                                   "max_score": self.lab.points}
            if report is None:
                row["feedback"] = self.refused[student]
            else:
                for number, one in enumerate(report.checks, 1):
                    row[f"check_{number}"] = one["earned"]
                row["feedback"] = " ".join(
                    f"{one['says']}: {one['earned']}/{one['points']} ({one['why']})"
                    for one in report.checks)
            out.append(row)
        return out

    def write_csv(self, file: TextIO) -> None:
        """nbgrader's columns (student_id, assignment, score, max_score), a column a check, and the
        reasons, for a learning platform."""
        names = ["student_id", "assignment", "score", "max_score",
                 *(f"check_{i}" for i in range(1, self._checks() + 1)), "feedback"]
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(self.rows())

    def write_lms(self, file: TextIO, format: str) -> None:
        """A file to be read by a learning platform: "moodle" (grade import: identity, grade and
        feedback), "canvas" (gradebook import; its second row has the points possible) or "nbgrader"
        (as `nbgrader export` writes it). ValueError for another."""
        if format not in _FORMATS:
            raise ValueError(f'there is no format "{format}", but: plain, {", ".join(_FORMATS)}')
        names, line, second = _FORMATS[format]
        writer = csv.writer(file)
        writer.writerow([name.format(lab=self.lab.title) for name in names])
        if second is not None:
            writer.writerow([cell.format(points=self.lab.points) for cell in second])
        for row in self.rows():
            writer.writerow([cell.format(**row) for cell in line])

    def write_json(self, file: TextIO) -> None:
        """One object a line, with every reason."""
        import json
        for student in sorted([*self.reports, *self.refused]):
            if student in self.reports:
                file.write(self.reports[student].to_json() + "\n")
            else:
                file.write(json.dumps({"lab": self.lab.name, "student": student, "earned": 0,
                                       "points": self.lab.points,
                                       "refused": self.refused[student]}) + "\n")

    def summary(self) -> str:
        """The class in a few lines: how many have what, and which checks are missed most."""
        graded = list(self.reports.values())
        out = [f"{self.lab.title}: {len(graded)} graded, {len(self.refused)} could not be run"]
        if graded:
            mean = sum(one.earned for one in graded) / len(graded)
            out.append(f"  mean {mean:.1f} of {self.lab.points} points; "
                       f"{sum(one.passed for one in graded)} have all")
            for number in range(self._checks()):
                missed = sum(one.checks[number]["earned"] < one.checks[number]["points"]
                             for one in graded)
                out.append(f"  {missed:4} missed: {graded[0].checks[number]['says']}")
        return "\n".join(out)

    def _checks(self) -> int:
        return max((len(one.checks) for one in self.reports.values()), default=0)


def _submissions(folder: Path) -> dict[str, dict[str, Path]]:
    """By student: where their scenario, journal and predictions are."""
    out: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            for name, kind in (("scenario.toml", "mine"), ("journal.txt", "journal"),
                               ("predictions.toml", "predictions")):
                if (path / name).is_file():
                    out.setdefault(path.name, {})[kind] = path / name
        elif path.suffix in (".toml", ".journal"):
            out.setdefault(path.stem, {})["mine" if path.suffix == ".toml" else "journal"] = path
    return out


def grade_folder(of: Lab, folder: str | Path, *, own_seeds: bool = False) -> Gradebook:
    """Grades every submission. `own_seeds`: each student's run has their own seed and variant. A submission
    with mistakes is told and has no points; it stops nobody else's."""
    book = Gradebook(of, {}, {})
    found = _submissions(Path(folder))
    if not found:
        raise LabError(f"there is no submission in {folder}: STUDENT.toml or STUDENT/scenario.toml")
    for student, files in found.items():
        try:
            predictions = {}
            if "predictions" in files:
                written = tomllib.loads(files["predictions"].read_text("utf-8"))
                # One file serves many labs: what stands above all is any lab's.
                predictions = {name: str(said) for name, said in
                               {**written, **written.get(of.name, {})}.items()
                               if not isinstance(said, dict)}
            report = of.check(files.get("mine"), journal=files.get("journal"),
                              student=student if own_seeds else None, predictions=predictions)
            book.reports[student] = replace(report, student=student)
        except (PostroadError, OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            book.refused[student] = str(error)
    return book


def main(words: Sequence[str] | None = None) -> int:
    """The command; 0: done, 2: bad input."""
    parser = argparse.ArgumentParser(prog="postroad grade",
                                     description="Grades a folder of submissions.")
    parser.add_argument("lab")
    parser.add_argument("folder")
    parser.add_argument("--csv", help="write a gradebook for a learning platform")
    parser.add_argument("--format", default="plain", choices=["plain", *_FORMATS],
                        help="what --csv is for")
    parser.add_argument("--json", help="write every reason, an object a line")
    parser.add_argument("--own-seeds", action="store_true", help="each student's run is their own")
    options = parser.parse_args(words)
    try:
        book = grade_folder(lab(options.lab), options.folder, own_seeds=options.own_seeds)

        def write_csv(file: TextIO) -> None:
            if options.format == "plain":
                book.write_csv(file)
            else:
                book.write_lms(file, options.format)
        for path, write in ((options.csv, write_csv), (options.json, book.write_json)):
            if path:
                with open(path, "w", encoding="utf-8", newline="") as file:
                    write(file)
    except (PostroadError, OSError) as error:
        print(f"postroad: {error}", file=sys.stderr)
        return 2
    print(book.summary())
    return 0


if __name__ == "__main__":
    sys.exit(main())
