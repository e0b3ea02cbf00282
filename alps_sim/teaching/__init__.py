"""What a teacher shows: single lives in words and pictures, and how common they are."""
