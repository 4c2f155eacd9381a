"""The frame of the REST API, for the rooms of every app: who asks, how often, how much, and how it is refused."""

from projects.rest.callers import Caller, Request
from projects.rest.fields import In, Int, Out, Text
from projects.rest.paging import Page, Paging
from projects.rest.problems import Refused
from projects.rest.rooms import Room

__all__ = ["Caller", "In", "Int", "Out", "Page", "Paging", "Refused", "Request", "Room", "Text"]
