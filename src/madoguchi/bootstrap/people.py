"""The services for users: how they sign in, are invited, imported and kept."""

from dataclasses import dataclass

from madoguchi.bootstrap.ports import Ports
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.attachments import AttachmentService
from madoguchi.services.credentials import CredentialService, Spawn
from madoguchi.services.desk import DeskService
from madoguchi.services.profile import ProfileService
from madoguchi.services.queues import QueueService
from madoguchi.services.roles import RoleService
from madoguchi.services.second_factor import SecondFactorService
from madoguchi.services.sign_in import PasswordWork, SignInService
from madoguchi.services.teams import TeamService
from madoguchi.services.user_import import UserImport
from madoguchi.services.users import PICTURES, DeskSide, UserService


@dataclass(frozen=True)
class PeopleServices:
    """What `Services` has of them."""

    sign_in: SignInService
    users: UserService
    user_import: UserImport
    credentials: CredentialService
    second_factors: SecondFactorService
    profile: ProfileService


def people_services(
    ports: Ports,
    *,
    roles: RoleService,
    teams: TeamService,
    changes: AccessChanges,
    desk: DeskService,
    queues: QueueService,
    spawn: Spawn,
) -> PeopleServices:
    """Return the services; `spawn` runs what nobody waits for, such as mail."""
    clock, ids, catalogue, people = ports.clock, ports.ids, ports.storage.catalogue, ports.storage.people
    factors = SecondFactorService(people, clock, ids)
    passwords = PasswordWork(ports.passwords)
    sign_in = SignInService(catalogue, roles, factors, clock, ids, passwords, ports.storage.audit)
    sign_in.working = desk.working
    side = DeskSide(desk.follow, desk.working)
    users = UserService(
        catalogue=catalogue,
        people=people,
        roles=roles,
        teams=teams,
        blobs=ports.blobs,
        pictures=AttachmentService(catalogue, ports.blobs, clock, ids, PICTURES),
        ids=ids,
        changes=changes,
        desk=side,
        wanted_skills=queues.wanted_skills,
        takes_calls=queues.in_phone_menu,
    )
    return PeopleServices(
        sign_in=sign_in,
        users=users,
        user_import=UserImport(people=people, roles=roles, teams=teams, ids=ids, changes=changes, desk=side),
        credentials=CredentialService(
            catalogue=catalogue,
            people=people,
            users=users,
            factors=factors,
            passwords=passwords,
            mailer=ports.mailer,
            clock=clock,
            ids=ids,
            changes=changes,
            desk=side,
            spawn=spawn,
        ),
        second_factors=factors,
        profile=ProfileService(people, changes, side),
    )
