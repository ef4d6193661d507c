"""Agents over HTTP: who has acted in the project's agent chat."""

from api import answers
from api.routing import Call, Route
from storage import agents


def list_agents(call: Call[None]) -> answers.Agents:
    """Every agent, in the order of their first action; who left the chat is not active."""
    return answers.Agents(answers.of(agents.listing(call.tx, call.project_id)))


ROUTES = [Route("GET", "/v1/helpdesk/agents", list_agents, answer=answers.Agents)]
