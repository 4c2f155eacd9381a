"""What models are asked, in our own words, and how the plan they give back is read."""

from agents.prompts.loader import Prompt, beginning, load, stack_rules

__all__ = ["Prompt", "beginning", "load", "stack_rules"]
