"""Postroad in Python: scenarios, worlds that run and go back, what happened as DataFrames, pictures.

>>> import postroad
>>> world = postroad.lab("first-message").world().run()
>>> sorted(set(world.trace.conversations.service))
['DNS', 'POP3', 'SMTP', 'submission']
"""
from . import errors
from .compare import Comparison, compare
from .errors import (ChangeError, HookError, LabError, MomentError, PostroadError, Problem, RunLimit,
                     ScenarioError, ScenarioWarning, SweepError)
from .hooks import Later, Mail, Question
from .labs import Lab, lab, labs
from .scenario import Scenario
from .sweeps import Sweep, sweep
from .trace import Trace
from .world import World
from ._core import version as __version__

__all__ = ["ChangeError", "Comparison", "HookError", "Lab", "LabError", "Later", "Mail",
           "MomentError", "PostroadError", "Problem", "Question", "RunLimit", "Scenario",
           "ScenarioError", "ScenarioWarning", "Sweep", "SweepError", "Trace", "World", "compare",
           "errors", "lab", "labs", "load", "sweep"]

load = Scenario.load


def load_ipython_extension(shell) -> None:
    """`%load_ext postroad` gives a notebook the cell magic %%postroad."""
    from .magic import register
    register(shell)
