"""After-hours deflection, among those whom it asks."""

from madoguchi.bootstrap.ports import Ports
from madoguchi.services.deflection import DeflectionService
from madoguchi.services.deflection_settings import DeflectionSettingsService
from madoguchi.services.dialling import DiallingService
from madoguchi.services.hours import HoursService
from madoguchi.services.languages import LanguageService
from madoguchi.services.messages import MessageService
from madoguchi.services.queues import QueueService


def deflection_of(
    ports: Ports, queues: QueueService, hours: HoursService, languages: LanguageService, messages: MessageService
) -> tuple[DeflectionService, DeflectionSettingsService]:
    """Return what decides for those who come, and what managers change it with."""
    catalogue, own, clock = ports.storage.catalogue, ports.storage.deflections, ports.clock
    dialling = DiallingService(catalogue)
    live = DeflectionService(catalogue=catalogue, own=own, queues=queues, hours=hours, dialling=dialling, clock=clock)
    settings = DeflectionSettingsService(
        live=live,
        catalogue=catalogue,
        own=own,
        queues=queues,
        hours=hours,
        languages=languages,
        messages=messages,
        dialling=dialling,
        clock=clock,
    )
    return live, settings
