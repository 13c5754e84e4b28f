"""The main job, told in scenes: parts of `01_main_job.py`."""
