import { parse } from "@std/yaml";

const PROJECT = new URL("../../", import.meta.url);

export interface Step {
  run?: string;
  uses?: string;
  if?: string;
  with?: Record<string, string | boolean>;
  env?: Record<string, string>;
}

export interface Job {
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  steps: Step[];
}

export interface Workflow {
  /** Its file. */
  path: string;
  text: string;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

/** The workflows of the project. */
export const WORKFLOWS: Workflow[] = ["ci", "release"].map((name) => {
  const path = `.github/workflows/${name}.yml`;
  const text = Deno.readTextFileSync(new URL(path, PROJECT));
  return { path, text, ...parse(text) as Omit<Workflow, "path" | "text"> };
});
