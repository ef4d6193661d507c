"""A project's settings over HTTP."""

from api import answers, inputs
from api.routing import Call, Route
from storage import projects
from storage.model import Project

PATH = "/v1/helpdesk/settings"


def get_settings(call: Call[None]) -> Project:
    """How the project is set up."""
    return projects.get(call.tx, call.project_id)


def change_settings(call: Call[inputs.SettingsChange]) -> Project:
    """Change what is named."""
    return projects.update(call.tx, call.project_id, **call.given.named())


ROUTES = [
    Route("GET", PATH, get_settings, answer=answers.Settings),
    Route("PATCH", PATH, change_settings, body=inputs.SettingsChange, answer=answers.Settings),
]
