"""The interviewer kit: plans of interviews that are alike, their pages, and the sheets that come back."""
