/** The classes and properties that the data really has, by its own description (VoID partitions). */

import { parseNTriples, type Term } from "../rdf/term";

const VOID = "http://rdfs.org/ns/void#";

/** A class or property with how often it is used, and what people call it. */
export interface VocabularyTerm {
  readonly iri: string;
  readonly uses: number;
  readonly labels: readonly string[];
}

export interface Vocabulary {
  readonly classes: readonly VocabularyTerm[];
  readonly properties: readonly VocabularyTerm[];
  /** Triples by property, by class. */
  readonly propertiesOf: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export const EMPTY_VOCABULARY: Vocabulary = { classes: [], properties: [], propertiesOf: new Map() };

/** Reads a VoID description in N-Triples; the most used come first. */
export function readVocabulary(nTriples: string): Vocabulary {
  const classOf = new Map<string, string>();
  const propertyOf = new Map<string, string>();
  const figures = new Map<string, number>();
  const owner = new Map<string, string>();
  for (const { subject, predicate, object } of parseNTriples(nTriples)) {
    switch (predicate.value) {
      case `${VOID}class`:
        classOf.set(subject.value, object.value);
        break;
      case `${VOID}property`:
        propertyOf.set(subject.value, object.value);
        break;
      case `${VOID}propertyPartition`:
        owner.set(object.value, subject.value);
        break;
      case `${VOID}entities`:
      case `${VOID}triples`:
        figures.set(subject.value, Number(object.value));
        break;
    }
  }
  const properties = new Map<string, number>();
  const propertiesOf = new Map<string, Map<string, number>>();
  for (const [partition, property] of propertyOf) {
    const uses = figures.get(partition) ?? 0;
    const cls = classOf.get(owner.get(partition) ?? "");
    if (cls === undefined) {
      properties.set(property, uses);
    } else {
      const own = propertiesOf.get(cls) ?? new Map<string, number>();
      propertiesOf.set(cls, own.set(property, uses));
    }
  }
  const classes = new Map([...classOf].map(([partition, cls]) => [cls, figures.get(partition) ?? 0]));
  return { classes: terms(classes), properties: terms(properties), propertiesOf };
}

/** The vocabulary with labels, by IRI. */
export function withLabels(vocabulary: Vocabulary, labels: ReadonlyMap<string, readonly string[]>): Vocabulary {
  const add = (term: VocabularyTerm): VocabularyTerm => ({ ...term, labels: labels.get(term.iri) ?? term.labels });
  return {
    ...vocabulary,
    classes: vocabulary.classes.map(add),
    properties: vocabulary.properties.map(add),
  };
}

/** The query for the labels of some IRIs, as `?thing ?label`. */
export function labelQuery(iris: Iterable<string>): string {
  const values = [...iris].filter((iri) => !/[<>"{}|^`\\\s]/.test(iri)).map((iri) => `<${iri}>`);
  return `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX ccl: <https://w3id.org/chuncheng/def/>
SELECT ?thing ?label { VALUES ?thing { ${values.join(" ")} }
  { ?thing rdfs:label ?label } UNION { ?thing skos:prefLabel ?label } UNION { ?thing ccl:headline ?label } }`;
}

/** Labels by IRI of the answer to `labelQuery`, Chinese ones first. */
export function readLabels(rows: readonly Readonly<Record<string, Term>>[]): Map<string, string[]> {
  const labels = new Map<string, string[]>();
  for (const { thing, label } of rows) {
    if (!thing || !label) continue;
    const own = labels.get(thing.value) ?? [];
    if (label.language?.startsWith("en")) own.push(label.value);
    else own.unshift(label.value);
    labels.set(thing.value, own);
  }
  return labels;
}

function terms(uses: ReadonlyMap<string, number>): VocabularyTerm[] {
  return [...uses]
    .map(([iri, count]) => ({ iri, uses: count, labels: [] }))
    .sort((a, b) => b.uses - a.uses || (a.iri < b.iri ? -1 : 1));
}
