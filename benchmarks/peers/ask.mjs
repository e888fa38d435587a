// ask.mjs - Cedar and casbin on the question that policy_bench asked: the same facts, the same answers.
//
//   node ask.mjs facts.json        written by policy_bench --peers
//
// May this person read this patient's record, through a team and an open referral? Every answer is
// compared. Cedar gets its policy parsed beforehand and only the entities of the question; what remains
// is mostly the way into wasm and back, so it says little about Cedar as a library.
import { readFileSync } from "node:fs";
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { newEnforcer, newModel } from "casbin";

const facts = JSON.parse(readFileSync(process.argv[2], "utf8"));

async function measure(name, questions, ask) {
  const took = [];
  for (const [staff, patient, expected] of questions) {
    const start = process.hrtime.bigint();
    const permitted = await ask(staff, patient);
    took.push(Number(process.hrtime.bigint() - start));
    if (permitted !== expected) throw new Error(`${name} answers ${permitted} for ${staff}, ${patient}: ${expected} is right`);
  }
  took.sort((a, b) => a - b);
  const at = (rank) => (took[Math.floor(rank * (took.length - 1))] / 1000).toFixed(1).padStart(8);
  console.log(`${name.padEnd(28)}     1 rule     ${facts.referred.length} patients   p50 ${at(0.5)} us   p99 ${at(0.99)} us   (${took.length} answers, all as ours)`);
}

function cedar() {
  const parsed = preparsePolicySet("bench", {
    staticPolicies: 'permit(principal, action == Action::"read", resource) when { principal.team in resource.teams };',
  });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed));
  const team = (n) => ({ __entity: { type: "Team", id: `t${n}` } });
  return (staff, patient) => {
    const answer = statefulIsAuthorized({
      principal: { type: "Staff", id: staff },
      action: { type: "Action", id: "read" },
      resource: { type: "Patient", id: patient },
      context: {},
      preparsedPolicySetId: "bench",
      validateRequest: false,
      entities: [
        { uid: { type: "Staff", id: staff }, attrs: { team: team(facts.member[Number(staff.slice(1))]) }, parents: [] },
        { uid: { type: "Patient", id: patient }, attrs: { teams: facts.referred[Number(patient.slice(1))].map(team) }, parents: [] },
      ],
    });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow";
  };
}

async function casbin() {
  const model = newModel(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = team, act
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.team) && g2(r.obj, p.team) && r.act == p.act
`);
  const enforcer = await newEnforcer(model);
  for (let team = 0; team < facts.teams; ++team) await enforcer.addPolicy(`t${team}`, "read");
  await enforcer.addNamedGroupingPolicies("g", facts.member.map((team, i) => [`s${i}`, `t${team}`]));
  await enforcer.addNamedGroupingPolicies("g2", facts.referred.flatMap((teams, i) => [...new Set(teams)].map((team) => [`p${i}`, `t${team}`])));
  return (staff, patient) => enforcer.enforce(staff, patient, "read");
}

const warm = facts.questions.slice(0, 512);
const cedarAsk = cedar();
for (const [staff, patient] of warm) cedarAsk(staff, patient);
await measure("@cedar-policy/cedar-wasm", facts.questions, cedarAsk);
const casbinAsk = await casbin();
for (const [staff, patient] of warm) await casbinAsk(staff, patient);
await measure("casbin (Node)", facts.questions, casbinAsk);
