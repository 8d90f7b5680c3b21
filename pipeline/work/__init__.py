"""What stages are worked with: workers, what is remembered, and a map that alone knows both; nothing here knows what a stage does.

work.map(stage, items)      what comes of each item: recalled, or done here, by a worker, or by another machine
cache                       what is small and worth remembering, and what is dear and no stage's own
"""

from pipeline.work.crew import Crew
from pipeline.work.mapping import Results, Say, Stage, Step, Work

__all__ = ["Crew", "Results", "Say", "Stage", "Step", "Work"]
