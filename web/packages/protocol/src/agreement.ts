/** Checks at compile time that the types written by hand agree with those generated from openapi.json. */
import type {
  Accepted,
  Colleague,
  ConsumerConfig,
  ConsumerSession,
  CustomStatus,
  FiguresAnswer,
  MediaAnswer,
  MonitorAnswer,
  Problem,
  QueueDetails,
  QueueForms,
  QueueInfo,
  Routing,
  SessionInfo,
} from "./http.ts";
import type { ChangedMessage, LanguagesInfo, MessagesInfo } from "./messages.ts";
import type { components } from "./openapi.d.ts";

type Schemas = components["schemas"];

/** Our types with plain strings in the place of closed sets, which the generated ones do not know. */
type Loose<T> = T extends string ? string : T extends (infer Item)[] ? Loose<Item>[] : T extends object ? { [K in keyof T]: Loose<T[K]> } : T;

type Agrees<Ours, Generated extends Loose<Pick<Ours, keyof Ours & keyof Generated>>> = Generated;

export type Agreement = [
  Agrees<Accepted, Schemas["AcceptedOut"]>,
  Agrees<MediaAnswer, Schemas["MediaOut"]>,
  Agrees<MonitorAnswer, Schemas["MonitoringOut"]>,
  Agrees<Pick<QueueInfo, "id" | "channels" | "agents" | "available">, Schemas["PortalQueue"]>,
  Agrees<Colleague, Schemas["Colleague"]>,
  Agrees<Omit<QueueDetails, "settings" | "channel">, Schemas["QueueDetailsOut"]>,
  Agrees<QueueForms, Schemas["QueueTreesOut"]>,
  Agrees<Pick<CustomStatus, "id" | "colour" | "away">, Schemas["StatusOut"]>,
  Agrees<Routing, Schemas["RoutingOut"]>,
  Agrees<Pick<SessionInfo, "user" | "permissions">, Schemas["SessionOut"]>,
  Agrees<Pick<ConsumerConfig, "name" | "languages" | "attachments" | "closed">, Schemas["ConsumerConfig"]>,
  Agrees<Omit<FiguresAnswer, "rows">, Schemas["FiguresOut"]>,
  Agrees<Pick<ConsumerConfig, "name" | "languages" | "attachments">, Schemas["ConsumerConfig"]>,
  Agrees<LanguagesInfo, Schemas["LanguagesOut"]>,
  Agrees<MessagesInfo, Schemas["MessagesOut"]>,
  Agrees<ChangedMessage, Schemas["ChangedOut"]>,
  Agrees<ConsumerSession, Schemas["ConsumerSessionOut"]>,
  Agrees<Pick<Problem, "title" | "status" | "code" | "detail">, Schemas["ProblemOut"]>,
];
