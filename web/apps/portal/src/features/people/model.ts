import type { Http } from "@madoguchi/client";
import type { components } from "@madoguchi/protocol";

type Schemas = components["schemas"];

export type Person = Schemas["PersonOut"];
export type PersonDraft = Required<Schemas["UserIn"]>;

/** A line of the skills in the user dialog. */
export interface SkillRow {
  skill: string;
  level: number;
}

/** A line of the direct numbers: who calls it and is not answered goes to `place`, a level or queue of the phone menu. */
export interface DirectRow {
  number: string;
  place: string;
}

export const LEVELS = [1, 2, 3, 4, 5];
export type PersonOptions = Schemas["UserOptionsOut"];
export type Team = Schemas["TeamOut"];
export type MadeLink = Schemas["LinkOut"];
export type ImportReport = Schemas["ImportOut"];
export type Part = Schemas["PartIn"]["part"];

export const PAGE_SIZE = 50;

/** What the URL of the page says. */
export interface PeopleSearch {
  q?: string;
  role?: string;
  team?: string;
  status?: "active" | "inactive" | "all";
  page?: number;
}

export function readPeopleSearch(raw: Record<string, unknown>): PeopleSearch {
  const search: PeopleSearch = {};
  for (const key of ["q", "role", "team"] as const) {
    const value = raw[key];
    if (typeof value === "string" || typeof value === "number") search[key] = String(value);
  }
  const { status, page } = raw;
  if (status === "inactive" || status === "all") search.status = status;
  if (typeof page === "number" && page > 1 && Number.isInteger(page)) search.page = page;
  return search;
}

const part = encodeURIComponent;

/** What can be asked of the server about users and teams. */
export function peopleApi(http: Http) {
  return {
    find: (search: PeopleSearch): Promise<Schemas["UsersOut"]> => {
      const query = new URLSearchParams({
        limit: String(PAGE_SIZE),
        offset: String(((search.page ?? 1) - 1) * PAGE_SIZE),
        status: search.status ?? "active",
      });
      if (search.q !== undefined && search.q !== "") query.set("text", search.q);
      if (search.role !== undefined && search.role !== "") query.set("role", search.role);
      if (search.team !== undefined && search.team !== "") query.set("team", search.team);
      return http.get(`/users?${query.toString()}`);
    },
    one: (user: string): Promise<Person> => http.get(`/users/${part(user)}`),
    options: (): Promise<PersonOptions> => http.get("/users/options"),
    create: (draft: PersonDraft): Promise<Schemas["InvitedOut"]> => http.post("/users", draft),
    change: (user: string, draft: PersonDraft & { version: number }): Promise<void> => http.put(`/users/${part(user)}`, draft),
    setActive: (user: string, active: boolean): Promise<void> => http.put(`/users/${part(user)}/active`, { active }),
    invite: (user: string): Promise<MadeLink> => http.post(`/users/${part(user)}/invitation`),
    resetPassword: (user: string): Promise<MadeLink> => http.post(`/users/${part(user)}/password-reset`),
    resetSecondFactor: (user: string): Promise<void> => http.delete(`/users/${part(user)}/second-factor`),
    exportUrl: http.url("/users/export"),
    importFile: (file: File, dry: boolean): Promise<unknown> => {
      const form = new FormData();
      form.set("file", file, file.name);
      return http.upload(`/users/import?dry=${String(dry)}`, form, () => undefined).done;
    },
    teams: (): Promise<Schemas["TeamsOut"]> => http.get("/teams"),
    createTeam: (team: Schemas["TeamIn"]): Promise<Team> => http.post("/teams", team),
    changeTeam: (team: string, draft: Schemas["TeamChangeIn"]): Promise<void> => http.put(`/teams/${part(team)}`, draft),
    moveTeam: (team: string, up: boolean): Promise<void> => http.post(`/teams/${part(team)}/move`, { up }),
    deleteTeam: (team: string): Promise<void> => http.delete(`/teams/${part(team)}`),
  };
}

export type PeopleApi = ReturnType<typeof peopleApi>;

export function emptyDraft(team: string | undefined): PersonDraft {
  return {
    first_name: "",
    last_name: "",
    email: "",
    phone: "",
    agent_number: "",
    location: "",
    languages: ["ja"],
    roles: ["agent"],
    teams: team === undefined ? [] : [team],
    manages: [],
    chat_limit: 3,
    skills: {},
    direct_numbers: {},
  };
}

export function skillRows(skills: Readonly<Record<string, number>>): SkillRow[] {
  return Object.entries(skills)
    .map(([skill, level]) => ({ skill, level }))
    .toSorted((one, other) => one.skill.localeCompare(other.skill));
}

/** Says what is wrong with the rows, or null: the same skill twice would otherwise be lost unseen. */
export function skillsFault(rows: readonly SkillRow[]): "missing" | "double_skill" | null {
  const names = rows.map((row) => row.skill.trim());
  if (names.includes("")) return "missing";
  return new Set(names).size < names.length ? "double_skill" : null;
}

export function directRows(numbers: Readonly<Record<string, string>>): DirectRow[] {
  return Object.entries(numbers)
    .map(([number, place]) => ({ number, place }))
    .toSorted((one, other) => one.number.localeCompare(other.number));
}

/** Says what is wrong with the rows, or null; whether a number can exist is for the server to say. */
export function directFault(rows: readonly DirectRow[]): "missing" | "double" | null {
  const numbers = rows.map((row) => row.number.trim());
  if (numbers.includes("")) return "missing";
  return new Set(numbers).size < numbers.length ? "double" : null;
}

export function draftOf(person: Person): PersonDraft {
  return {
    first_name: person.first_name,
    last_name: person.last_name,
    email: person.email,
    phone: person.phone ?? "",
    agent_number: person.agent_number ?? "",
    location: person.location,
    languages: person.languages,
    roles: person.roles,
    teams: person.teams,
    manages: person.manages,
    chat_limit: person.chat_limit,
    skills: person.skills,
    direct_numbers: person.direct_numbers,
  };
}

/** Which team gets the focus when a key is pressed in the tree; null where the key means something else there. */
export function treeStep(teams: readonly Team[], collapsed: ReadonlySet<string>, at: string, key: string): TreeMove | null {
  const shown = shownTeams(teams, collapsed);
  const index = shown.findIndex((team) => team.id === at);
  const team = shown[index];
  if (team === undefined) return null;
  const parent = shown.slice(0, index).findLast((one) => one.depth === team.depth - 1);
  const opens = teams.some((one) => one.parent === team.id);
  const focus = (to: Team | undefined): TreeMove | null => (to === undefined ? null : { focus: to.id });
  switch (key) {
    case "ArrowDown":
      return focus(shown[index + 1]);
    case "ArrowUp":
      return focus(shown[index - 1]);
    case "Home":
      return focus(shown[0]);
    case "End":
      return focus(shown.at(-1));
    case "ArrowRight":
      if (!opens) return null;
      return collapsed.has(at) ? { toggle: at } : focus(shown[index + 1]);
    case "ArrowLeft":
      return opens && !collapsed.has(at) ? { toggle: at } : focus(parent);
    default:
      return null;
  }
}

export type TreeMove = { focus: string } | { toggle: string };

/** The teams that are to be seen when those below `collapsed` ones are not. */
export function shownTeams(teams: readonly Team[], collapsed: ReadonlySet<string>): Team[] {
  const shown: Team[] = [];
  let hiddenBelow = Number.POSITIVE_INFINITY;
  for (const team of teams) {
    if (team.depth > hiddenBelow) continue;
    hiddenBelow = collapsed.has(team.id) ? team.depth : Number.POSITIVE_INFINITY;
    shown.push(team);
  }
  return shown;
}
