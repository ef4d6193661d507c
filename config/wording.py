"""Says in our own words what pydantic found wrong; where that is said is the reader's concern."""

from pydantic_core import ErrorDetails


def wanted(details: ErrorDetails) -> str:
    """What the value must be, as in "must be …", without the value itself."""
    match details["type"]:
        case "value_error":
            return str(details["ctx"]["error"])
        case "literal_error":
            return f"must be {details['ctx']['expected'].replace(chr(39), '')}"
        case "bool_parsing":
            return "must be true or false"
        case _:
            return details["msg"]
