"""Every notebook runs from a clean kernel; a lab's notebook with the lab's solution has all points."""
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib.pyplot
import nbformat
import pytest
from nbclient import NotebookClient

import postroad

ROOT = Path(__file__).resolve().parents[2]
LABS = sorted(ROOT.glob("labs/*/notebook.ipynb"))
EXPERIMENTS = sorted(ROOT.glob("python/notebooks/*.ipynb"))
SLOWEST_S = 60

SESSION = '''
world = lab.world()
world.replay(lab.solution_journal).run()
'''


def run_in_a_clean_kernel(path: Path) -> str:
    """What went wrong; empty: nothing."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    client = NotebookClient(notebook, timeout=SLOWEST_S, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}})
    try:
        client.execute()
    except Exception as error:  # noqa: BLE001  # shown with the notebook's name
        return f"{path}: {error}"
    return ""


def test_every_lab_has_a_notebook_and_the_experiments_are_three():
    assert [path.parent.name for path in LABS] == [lab.name for lab in postroad.labs()]
    assert len(EXPERIMENTS) == 3


def test_every_notebook_runs_from_a_clean_kernel():
    with ThreadPoolExecutor(2) as pool:
        wrong = [one for one in pool.map(run_in_a_clean_kernel, LABS + EXPERIMENTS) if one]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", LABS + EXPERIMENTS, ids=lambda path: path.parent.name)
def test_a_notebook_is_committed_without_its_output(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        assert not cell.get("outputs") and not cell.get("execution_count")


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.parent.name)
def test_a_labs_notebook_fails_as_it_is_and_passes_with_the_solution(path):
    if postroad.lab(path.parent.name).points == 0:
        return
    matplotlib.use("Agg")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for solved in (False, True):
        names: dict = {}
        for cell in cells:
            source = cell.source
            if solved and "mine" in cell.metadata.get("tags", []):
                source = SESSION if "talk" in source else "mine = lab.solution"
            exec(compile(source, str(path), "exec"), names)  # noqa: S102  # our own notebook
        assert names["report"].passed == solved, str(names["report"])
    matplotlib.pyplot.close("all")


def test_a_new_labs_notebook_can_be_begun(tmp_path):
    import importlib.util
    import shutil
    path = ROOT / "python/notebooks/new_notebook.py"
    spec = importlib.util.spec_from_file_location("new_notebook", path)
    new_notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(new_notebook)
    for lab in postroad.labs():
        names: dict = {}
        for kind, source, _ in new_notebook.cells(lab):
            if kind == "code":
                exec(compile(source, lab.name, "exec"), names)  # noqa: S102
        assert lab.points == 0 or not names["report"].passed
    shutil.copytree(postroad.lab(5).folder, tmp_path / "05-the-mx-ladder")
    mine = postroad.Lab(tmp_path / "05-the-mx-ladder")
    with pytest.raises(FileExistsError):
        new_notebook.write(mine)
    (mine.folder / "notebook.ipynb").unlink()
    nbformat.validate(nbformat.read(new_notebook.write(mine), as_version=4))
