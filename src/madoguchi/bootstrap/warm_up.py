"""Has spoken what the first caller will hear, while nobody waits for it yet."""

import structlog

from madoguchi.domain.calls.couple import first_lines
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.services.prompts import PromptService
from madoguchi.services.queues import QueueService
from madoguchi.services.tenant import Tenant

_log = structlog.get_logger(__name__)


async def warm_up(tenant: Tenant, queues: QueueService, prompts: PromptService) -> None:
    """Speak the greeting and the menu into the cache."""
    try:
        language = await tenant.language()
        company = await tenant.company(language)
    except MadoguchiError as error:
        _log.warning("not_warmed_up", code=error.code)
        return
    await prompts.warm_up(first_lines(queues.phone_menu(), company, language))
