"""What stages are worked with: workers, and what is remembered from build to build; nothing here knows what a stage does."""
