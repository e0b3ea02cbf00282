"""What the commands share: how a user's mistake is told, how progress is shown, how evidence is printed."""
