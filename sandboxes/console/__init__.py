"""What an app says of itself, in its visitors' browsers and on its server: kept, counted, told."""
