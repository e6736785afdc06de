/** Bodies of the after-hours deflection interface, as openapi.json describes them. */
import type { QueueInfo } from "./http.ts";
import type { components } from "./openapi.d.ts";

type Schemas = components["schemas"];

export type Deflection = Schemas["DeflectionOut"];
export type DeflectionPlan = Schemas["DeflectionPlanOut"];
export type DeflectionKind = DeflectionPlan["kinds"][number];
export type DeflectionOption = Schemas["DeflectionOptionOut"];
export type DeflectionFinding = Schemas["DeflectionFindingOut"];
export type DeflectionPreview = Schemas["DeflectionPreviewOut"];
export type DeflectionDecision = Schemas["DeflectionDecisionOut"];
export type CallDeflection = Schemas["CallDeflectionOut"];
export type CallDeflectionInput = Schemas["CallDeflectionIO"];
export type ChatDeflection = Schemas["ChatDeflectionOut"];
export type ChatDeflectionInput = Schemas["ChatDeflectionIO"];
export type QueueDeflection = Schemas["QueueDeflectionOut"];
export type QueueDeflectionInput = Schemas["QueueDeflectionIO"];
/** A queue in the transfer dialog, and why it is listed or hidden. */
export type TransferQueue = QueueInfo & Pick<Schemas["TransferQueue"], "ground">;
export interface TransferQueues {
  queues: TransferQueue[];
  hidden: TransferQueue[];
}
