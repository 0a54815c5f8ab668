"""`python -m schedules`: beat, which keeps nothing on disk: when it starts, everything is due."""

from celery.beat import Scheduler

from millrace import broker, telemetry
from schedules.timetable import timetable


def main() -> None:
    telemetry.configure()
    app = broker.app()
    app.conf.beat_schedule = timetable()
    app.conf.beat_max_loop_interval = 5
    app.Beat(scheduler_cls=Scheduler, loglevel="WARNING").run()


if __name__ == "__main__":
    main()
