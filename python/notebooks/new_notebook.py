"""Writes a lab's notebook for its author to go on from: goal, questions, run, mend, check.

usage: ./postroad python python/notebooks/new_notebook.py LAB
"""
import json
import sys
from pathlib import Path

import postroad


def cells(lab: postroad.Lab) -> list[tuple[str, str, str]]:
    """(kind, source, tag) each; what is particular to the lab is for its author to add."""
    title = f"# {int(lab.name[:2])}. {lab.title}\n\n{lab.goal}\n\nThe lesson is in " \
            f"`labs/{lab.name}/README.md`; this notebook is the same way, with pictures."
    out = [("markdown", title, ""),
           ("code", f'import postroad\n\nlab = postroad.lab("{lab.name[3:]}")\nlab.scenario', "")]
    if lab.questions:
        ids = "\n".join(f'# lab.predict("{one["id"]}", 1)' for one in lab.questions)
        out += [("markdown", "## Predict\n\nWrite your answers before you run anything: take the "
                 "`#` away. A wrong one costs no point.", ""),
                ("code", 'for question in lab.questions:\n'
                 '    print(question["id"], "-", question["asks"])\n'
                 '    for number, choice in enumerate(question["choices"], 1):\n'
                 '        print("   ", number, choice)', ""),
                ("code", ids + "\nlab.predictions", "predict")]
    out += [("markdown", "## Run and look", ""),
            ("code", "world = lab.world().run()\nworld.ladder(most=120)", "")]
    if lab.points and lab.by_hand:
        out += [("markdown", "## Type", ""),
                ("code", 'world = lab.world()\nsession = world.talk("mx:25")\n'
                 "print(session.greeting)\nworld.run()", "mine"),
                ("markdown", "## Check", ""),
                ("code", "report = lab.check(world)\nreport", "check")]
    elif lab.points:
        out += [("markdown", "## Mend", ""),
                ("code", "mine = lab.scenario\n# mine.set(\"…\", …)", "mine"),
                ("markdown", "## Check\n\nEach point says why it was or was not earned.", ""),
                ("code", "report = lab.check(mine)\nreport", "check")]
    return out


def write(lab: postroad.Lab) -> Path:
    """Never over a notebook that is there."""
    made = []
    for number, (kind, source, tag) in enumerate(cells(lab)):
        cell = {"cell_type": kind, "id": f"cell-{number}",
                "metadata": {"tags": [tag]} if tag else {},
                "source": source.splitlines(keepends=True)}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    notebook = {"cells": made, "nbformat": 4, "nbformat_minor": 5,
                "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python",
                                            "name": "python3"},
                             "language_info": {"name": "python"}}}
    path = lab.folder / "notebook.ipynb"
    with open(path, "x", encoding="utf-8") as file:
        json.dump(notebook, file, indent=1, ensure_ascii=False)
        file.write("\n")
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        print(write(postroad.lab(sys.argv[1])))
    except (postroad.PostroadError, OSError) as error:
        sys.exit(f"new_notebook: {error}")
