"""Pictures of apps as they look to a visitor: taken by a worker with Chromium, inside of a box of its own."""
