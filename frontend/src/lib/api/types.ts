import type { components } from "./schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Release = Schemas["Release"];
export type ReleasePage = Schemas["PaginatedReleaseList"];
export type Hierarchy = Schemas["Hierarchy"];
export type Wave = Schemas["Wave"];
export type Cluster = Schemas["Cluster"];
export type Bundle = Schemas["Bundle"];
export type App = Schemas["App"];
export type Rollup = Schemas["Rollup"];
export type HeldBy = Schemas["HeldBy"];
export type PhaseCounts = Schemas["PhaseCounts"];
export type SavedView = Schemas["SavedView"];
export type ServiceToken = Schemas["ServiceToken"];
export type NewServiceToken = Schemas["NewServiceToken"];
export type EntityProblem = Schemas["EntityProblem"];
export type Comparison = Schemas["Comparison"];
export type Comparand = Schemas["Comparand"];
export type Compared = Schemas["Compared"];
export type ComparedApp = Schemas["ComparedApp"];
export type OnlyInOne = Schemas["OnlyInOne"];
export type Problem = Schemas["Problem"];
export type Phase = Schemas["PhaseEnum"];
export type RunStatus = Schemas["StatusEnum"];
export type Freshness = Schemas["FreshnessEnum"];
export type EntityType = Schemas["TypeEnum"];
