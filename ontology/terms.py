"""IRIs of the terms that we use, as Python names: the one place where a term becomes code.

Made by `python -m ontology.generate` from `chuncheng.ttl`: edit that, never this.
"""

from __future__ import annotations

from typing import Final


class CCL:
    """Our own terms."""

    AdministrativeArea: Final = "https://w3id.org/chuncheng/def/AdministrativeArea"
    Agent: Final = "https://w3id.org/chuncheng/def/Agent"
    ArchaeologicalPark: Final = "https://w3id.org/chuncheng/def/ArchaeologicalPark"
    Article: Final = "https://w3id.org/chuncheng/def/Article"
    Aspect: Final = "https://w3id.org/chuncheng/def/Aspect"
    Association: Final = "https://w3id.org/chuncheng/def/Association"
    Bound: Final = "https://w3id.org/chuncheng/def/Bound"
    ChemicalPark: Final = "https://w3id.org/chuncheng/def/ChemicalPark"
    Claim: Final = "https://w3id.org/chuncheng/def/Claim"
    Commitment: Final = "https://w3id.org/chuncheng/def/Commitment"
    Community: Final = "https://w3id.org/chuncheng/def/Community"
    Company: Final = "https://w3id.org/chuncheng/def/Company"
    Conferral: Final = "https://w3id.org/chuncheng/def/Conferral"
    ConfirmedTarget: Final = "https://w3id.org/chuncheng/def/ConfirmedTarget"
    CongressBody: Final = "https://w3id.org/chuncheng/def/CongressBody"
    ConsultativeBody: Final = "https://w3id.org/chuncheng/def/ConsultativeBody"
    Correction: Final = "https://w3id.org/chuncheng/def/Correction"
    CorrectionAction: Final = "https://w3id.org/chuncheng/def/CorrectionAction"
    Country: Final = "https://w3id.org/chuncheng/def/Country"
    County: Final = "https://w3id.org/chuncheng/def/County"
    CountyCity: Final = "https://w3id.org/chuncheng/def/CountyCity"
    CountyLevelArea: Final = "https://w3id.org/chuncheng/def/CountyLevelArea"
    CountyLevelBody: Final = "https://w3id.org/chuncheng/def/CountyLevelBody"
    CurrentDistrictOfficial: Final = "https://w3id.org/chuncheng/def/CurrentDistrictOfficial"
    DisputedClaim: Final = "https://w3id.org/chuncheng/def/DisputedClaim"
    District: Final = "https://w3id.org/chuncheng/def/District"
    Editor: Final = "https://w3id.org/chuncheng/def/Editor"
    Event: Final = "https://w3id.org/chuncheng/def/Event"
    EvidenceSpan: Final = "https://w3id.org/chuncheng/def/EvidenceSpan"
    ExceededTarget: Final = "https://w3id.org/chuncheng/def/ExceededTarget"
    Extraction: Final = "https://w3id.org/chuncheng/def/Extraction"
    FieldChange: Final = "https://w3id.org/chuncheng/def/FieldChange"
    Finding: Final = "https://w3id.org/chuncheng/def/Finding"
    FulfilledCommitment: Final = "https://w3id.org/chuncheng/def/FulfilledCommitment"
    FunctionalZone: Final = "https://w3id.org/chuncheng/def/FunctionalZone"
    GovernmentBody: Final = "https://w3id.org/chuncheng/def/GovernmentBody"
    Honour: Final = "https://w3id.org/chuncheng/def/Honour"
    Hospital: Final = "https://w3id.org/chuncheng/def/Hospital"
    ImpliedTarget: Final = "https://w3id.org/chuncheng/def/ImpliedTarget"
    Indicator: Final = "https://w3id.org/chuncheng/def/Indicator"
    IndustrialPark: Final = "https://w3id.org/chuncheng/def/IndustrialPark"
    JudicialBody: Final = "https://w3id.org/chuncheng/def/JudicialBody"
    LogisticsPark: Final = "https://w3id.org/chuncheng/def/LogisticsPark"
    MatchCandidate: Final = "https://w3id.org/chuncheng/def/MatchCandidate"
    MediaOrganization: Final = "https://w3id.org/chuncheng/def/MediaOrganization"
    Meeting: Final = "https://w3id.org/chuncheng/def/Meeting"
    Mention: Final = "https://w3id.org/chuncheng/def/Mention"
    Merger: Final = "https://w3id.org/chuncheng/def/Merger"
    MissedTarget: Final = "https://w3id.org/chuncheng/def/MissedTarget"
    Organization: Final = "https://w3id.org/chuncheng/def/Organization"
    Outcome: Final = "https://w3id.org/chuncheng/def/Outcome"
    OverdueTarget: Final = "https://w3id.org/chuncheng/def/OverdueTarget"
    Park: Final = "https://w3id.org/chuncheng/def/Park"
    PartyBody: Final = "https://w3id.org/chuncheng/def/PartyBody"
    PastTenure: Final = "https://w3id.org/chuncheng/def/PastTenure"
    Person: Final = "https://w3id.org/chuncheng/def/Person"
    Phase: Final = "https://w3id.org/chuncheng/def/Phase"
    PhaseReport: Final = "https://w3id.org/chuncheng/def/PhaseReport"
    Place: Final = "https://w3id.org/chuncheng/def/Place"
    Post: Final = "https://w3id.org/chuncheng/def/Post"
    PrefectureCity: Final = "https://w3id.org/chuncheng/def/PrefectureCity"
    Programme: Final = "https://w3id.org/chuncheng/def/Programme"
    Project: Final = "https://w3id.org/chuncheng/def/Project"
    Province: Final = "https://w3id.org/chuncheng/def/Province"
    Reconciliation: Final = "https://w3id.org/chuncheng/def/Reconciliation"
    Relation: Final = "https://w3id.org/chuncheng/def/Relation"
    Renaming: Final = "https://w3id.org/chuncheng/def/Renaming"
    Replacement: Final = "https://w3id.org/chuncheng/def/Replacement"
    RevisedCommitment: Final = "https://w3id.org/chuncheng/def/RevisedCommitment"
    Rule: Final = "https://w3id.org/chuncheng/def/Rule"
    RuleApplication: Final = "https://w3id.org/chuncheng/def/RuleApplication"
    School: Final = "https://w3id.org/chuncheng/def/School"
    SourceFile: Final = "https://w3id.org/chuncheng/def/SourceFile"
    Statement: Final = "https://w3id.org/chuncheng/def/Statement"
    Status: Final = "https://w3id.org/chuncheng/def/Status"
    Subdistrict: Final = "https://w3id.org/chuncheng/def/Subdistrict"
    Succession: Final = "https://w3id.org/chuncheng/def/Succession"
    SupersededReading: Final = "https://w3id.org/chuncheng/def/SupersededReading"
    Tenure: Final = "https://w3id.org/chuncheng/def/Tenure"
    TextSpan: Final = "https://w3id.org/chuncheng/def/TextSpan"
    Theme: Final = "https://w3id.org/chuncheng/def/Theme"
    Thing: Final = "https://w3id.org/chuncheng/def/Thing"
    Town: Final = "https://w3id.org/chuncheng/def/Town"
    Township: Final = "https://w3id.org/chuncheng/def/Township"
    Unit: Final = "https://w3id.org/chuncheng/def/Unit"
    University: Final = "https://w3id.org/chuncheng/def/University"
    UrbanPark: Final = "https://w3id.org/chuncheng/def/UrbanPark"
    Village: Final = "https://w3id.org/chuncheng/def/Village"
    WetlandPark: Final = "https://w3id.org/chuncheng/def/WetlandPark"
    Withdrawal: Final = "https://w3id.org/chuncheng/def/Withdrawal"
    about: Final = "https://w3id.org/chuncheng/def/about"
    acceptance: Final = "https://w3id.org/chuncheng/def/acceptance"
    action: Final = "https://w3id.org/chuncheng/def/action"
    addition: Final = "https://w3id.org/chuncheng/def/addition"
    agent: Final = "https://w3id.org/chuncheng/def/agent"
    amends: Final = "https://w3id.org/chuncheng/def/amends"
    appliedRule: Final = "https://w3id.org/chuncheng/def/appliedRule"
    approximately: Final = "https://w3id.org/chuncheng/def/approximately"
    arithmetic: Final = "https://w3id.org/chuncheng/def/arithmetic"
    article: Final = "https://w3id.org/chuncheng/def/article"
    asCorrected: Final = "https://w3id.org/chuncheng/def/asCorrected"
    asRead: Final = "https://w3id.org/chuncheng/def/asRead"
    aspect: Final = "https://w3id.org/chuncheng/def/aspect"
    atLeast: Final = "https://w3id.org/chuncheng/def/atLeast"
    atMost: Final = "https://w3id.org/chuncheng/def/atMost"
    bodyOf: Final = "https://w3id.org/chuncheng/def/bodyOf"
    bound: Final = "https://w3id.org/chuncheng/def/bound"
    change: Final = "https://w3id.org/chuncheng/def/change"
    changes: Final = "https://w3id.org/chuncheng/def/changes"
    checkedBy: Final = "https://w3id.org/chuncheng/def/checkedBy"
    comparand: Final = "https://w3id.org/chuncheng/def/comparand"
    completed: Final = "https://w3id.org/chuncheng/def/completed"
    completionJoint: Final = "https://w3id.org/chuncheng/def/completionJoint"
    completionRate: Final = "https://w3id.org/chuncheng/def/completionRate"
    computedRate: Final = "https://w3id.org/chuncheng/def/computedRate"
    concept: Final = "https://w3id.org/chuncheng/def/concept"
    concerns: Final = "https://w3id.org/chuncheng/def/concerns"
    conferredBy: Final = "https://w3id.org/chuncheng/def/conferredBy"
    confidence: Final = "https://w3id.org/chuncheng/def/confidence"
    confirmedBy: Final = "https://w3id.org/chuncheng/def/confirmedBy"
    contradicts: Final = "https://w3id.org/chuncheng/def/contradicts"
    currentTenure: Final = "https://w3id.org/chuncheng/def/currentTenure"
    currentlyServes: Final = "https://w3id.org/chuncheng/def/currentlyServes"
    deadline: Final = "https://w3id.org/chuncheng/def/deadline"
    decided: Final = "https://w3id.org/chuncheng/def/decided"
    decidedBy: Final = "https://w3id.org/chuncheng/def/decidedBy"
    decline: Final = "https://w3id.org/chuncheng/def/decline"
    deniedBy: Final = "https://w3id.org/chuncheng/def/deniedBy"
    divisionCode: Final = "https://w3id.org/chuncheng/def/divisionCode"
    editor: Final = "https://w3id.org/chuncheng/def/editor"
    elapsed: Final = "https://w3id.org/chuncheng/def/elapsed"
    end: Final = "https://w3id.org/chuncheng/def/end"
    estimated: Final = "https://w3id.org/chuncheng/def/estimated"
    evidence: Final = "https://w3id.org/chuncheng/def/evidence"
    exactly: Final = "https://w3id.org/chuncheng/def/exactly"
    exceeded: Final = "https://w3id.org/chuncheng/def/exceeded"
    exceededBy: Final = "https://w3id.org/chuncheng/def/exceededBy"
    exceeds: Final = "https://w3id.org/chuncheng/def/exceeds"
    explanation: Final = "https://w3id.org/chuncheng/def/explanation"
    field: Final = "https://w3id.org/chuncheng/def/field"
    formerName: Final = "https://w3id.org/chuncheng/def/formerName"
    fulfilledBy: Final = "https://w3id.org/chuncheng/def/fulfilledBy"
    fulfils: Final = "https://w3id.org/chuncheng/def/fulfils"
    growth: Final = "https://w3id.org/chuncheng/def/growth"
    headline: Final = "https://w3id.org/chuncheng/def/headline"
    holder: Final = "https://w3id.org/chuncheng/def/holder"
    holdsPost: Final = "https://w3id.org/chuncheng/def/holdsPost"
    honour: Final = "https://w3id.org/chuncheng/def/honour"
    honouredWith: Final = "https://w3id.org/chuncheng/def/honouredWith"
    impliedBy: Final = "https://w3id.org/chuncheng/def/impliedBy"
    impliedValue: Final = "https://w3id.org/chuncheng/def/impliedValue"
    inOperation: Final = "https://w3id.org/chuncheng/def/inOperation"
    indicator: Final = "https://w3id.org/chuncheng/def/indicator"
    intervalHigh: Final = "https://w3id.org/chuncheng/def/intervalHigh"
    intervalLow: Final = "https://w3id.org/chuncheng/def/intervalLow"
    joint: Final = "https://w3id.org/chuncheng/def/joint"
    kept: Final = "https://w3id.org/chuncheng/def/kept"
    kicker: Final = "https://w3id.org/chuncheng/def/kicker"
    lessIsBetter: Final = "https://w3id.org/chuncheng/def/lessIsBetter"
    lessThan: Final = "https://w3id.org/chuncheng/def/lessThan"
    level: Final = "https://w3id.org/chuncheng/def/level"
    locatedIn: Final = "https://w3id.org/chuncheng/def/locatedIn"
    lowerBound: Final = "https://w3id.org/chuncheng/def/lowerBound"
    lowers: Final = "https://w3id.org/chuncheng/def/lowers"
    measured: Final = "https://w3id.org/chuncheng/def/measured"
    meets: Final = "https://w3id.org/chuncheng/def/meets"
    memberOf: Final = "https://w3id.org/chuncheng/def/memberOf"
    mentions: Final = "https://w3id.org/chuncheng/def/mentions"
    metBy: Final = "https://w3id.org/chuncheng/def/metBy"
    missed: Final = "https://w3id.org/chuncheng/def/missed"
    moreThan: Final = "https://w3id.org/chuncheng/def/moreThan"
    noResult: Final = "https://w3id.org/chuncheng/def/noResult"
    notMeasurable: Final = "https://w3id.org/chuncheng/def/notMeasurable"
    object: Final = "https://w3id.org/chuncheng/def/object"
    ofOutcome: Final = "https://w3id.org/chuncheng/def/ofOutcome"
    ofProject: Final = "https://w3id.org/chuncheng/def/ofProject"
    ofTarget: Final = "https://w3id.org/chuncheng/def/ofTarget"
    ofWithdrawal: Final = "https://w3id.org/chuncheng/def/ofWithdrawal"
    onTrack: Final = "https://w3id.org/chuncheng/def/onTrack"
    organization: Final = "https://w3id.org/chuncheng/def/organization"
    organizes: Final = "https://w3id.org/chuncheng/def/organizes"
    overdue: Final = "https://w3id.org/chuncheng/def/overdue"
    partOf: Final = "https://w3id.org/chuncheng/def/partOf"
    period: Final = "https://w3id.org/chuncheng/def/period"
    periodBasis: Final = "https://w3id.org/chuncheng/def/periodBasis"
    periodEnd: Final = "https://w3id.org/chuncheng/def/periodEnd"
    periodStart: Final = "https://w3id.org/chuncheng/def/periodStart"
    phase: Final = "https://w3id.org/chuncheng/def/phase"
    place: Final = "https://w3id.org/chuncheng/def/place"
    planning: Final = "https://w3id.org/chuncheng/def/planning"
    post: Final = "https://w3id.org/chuncheng/def/post"
    postIn: Final = "https://w3id.org/chuncheng/def/postIn"
    postOf: Final = "https://w3id.org/chuncheng/def/postOf"
    precedence: Final = "https://w3id.org/chuncheng/def/precedence"
    predecessor: Final = "https://w3id.org/chuncheng/def/predecessor"
    property: Final = "https://w3id.org/chuncheng/def/property"
    published: Final = "https://w3id.org/chuncheng/def/published"
    publisher: Final = "https://w3id.org/chuncheng/def/publisher"
    quote: Final = "https://w3id.org/chuncheng/def/quote"
    raises: Final = "https://w3id.org/chuncheng/def/raises"
    readBy: Final = "https://w3id.org/chuncheng/def/readBy"
    reason: Final = "https://w3id.org/chuncheng/def/reason"
    recipient: Final = "https://w3id.org/chuncheng/def/recipient"
    rejection: Final = "https://w3id.org/chuncheng/def/rejection"
    relatedTo: Final = "https://w3id.org/chuncheng/def/relatedTo"
    reportedBy: Final = "https://w3id.org/chuncheng/def/reportedBy"
    reportedRate: Final = "https://w3id.org/chuncheng/def/reportedRate"
    reporter: Final = "https://w3id.org/chuncheng/def/reporter"
    responsibleFor: Final = "https://w3id.org/chuncheng/def/responsibleFor"
    restates: Final = "https://w3id.org/chuncheng/def/restates"
    resultBound: Final = "https://w3id.org/chuncheng/def/resultBound"
    resultValue: Final = "https://w3id.org/chuncheng/def/resultValue"
    revisedBy: Final = "https://w3id.org/chuncheng/def/revisedBy"
    revises: Final = "https://w3id.org/chuncheng/def/revises"
    score: Final = "https://w3id.org/chuncheng/def/score"
    section: Final = "https://w3id.org/chuncheng/def/section"
    share: Final = "https://w3id.org/chuncheng/def/share"
    sparql: Final = "https://w3id.org/chuncheng/def/sparql"
    start: Final = "https://w3id.org/chuncheng/def/start"
    started: Final = "https://w3id.org/chuncheng/def/started"
    states: Final = "https://w3id.org/chuncheng/def/states"
    status: Final = "https://w3id.org/chuncheng/def/status"
    statusAsOf: Final = "https://w3id.org/chuncheng/def/statusAsOf"
    subhead: Final = "https://w3id.org/chuncheng/def/subhead"
    subject: Final = "https://w3id.org/chuncheng/def/subject"
    successor: Final = "https://w3id.org/chuncheng/def/successor"
    supersedes: Final = "https://w3id.org/chuncheng/def/supersedes"
    surface: Final = "https://w3id.org/chuncheng/def/surface"
    theme: Final = "https://w3id.org/chuncheng/def/theme"
    tolerance: Final = "https://w3id.org/chuncheng/def/tolerance"
    underConstruction: Final = "https://w3id.org/chuncheng/def/underConstruction"
    unit: Final = "https://w3id.org/chuncheng/def/unit"
    upholds: Final = "https://w3id.org/chuncheng/def/upholds"
    upperBound: Final = "https://w3id.org/chuncheng/def/upperBound"
    value: Final = "https://w3id.org/chuncheng/def/value"
    valueAsRead: Final = "https://w3id.org/chuncheng/def/valueAsRead"
    withdraws: Final = "https://w3id.org/chuncheng/def/withdraws"
    within: Final = "https://w3id.org/chuncheng/def/within"
    year: Final = "https://w3id.org/chuncheng/def/year"


class RDF:
    """Terms of rdf: that we write."""

    type: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class RDFS:
    """Terms of rdfs: that we write."""

    comment: Final = "http://www.w3.org/2000/01/rdf-schema#comment"
    domain: Final = "http://www.w3.org/2000/01/rdf-schema#domain"
    label: Final = "http://www.w3.org/2000/01/rdf-schema#label"
    range: Final = "http://www.w3.org/2000/01/rdf-schema#range"
    subClassOf: Final = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
    subPropertyOf: Final = "http://www.w3.org/2000/01/rdf-schema#subPropertyOf"


class OWL:
    """Terms of owl: that we write."""

    Class: Final = "http://www.w3.org/2002/07/owl#Class"
    Ontology: Final = "http://www.w3.org/2002/07/owl#Ontology"
    sameAs: Final = "http://www.w3.org/2002/07/owl#sameAs"


class XSD:
    """Terms of xsd: that we write."""

    boolean: Final = "http://www.w3.org/2001/XMLSchema#boolean"
    date: Final = "http://www.w3.org/2001/XMLSchema#date"
    dateTime: Final = "http://www.w3.org/2001/XMLSchema#dateTime"
    decimal: Final = "http://www.w3.org/2001/XMLSchema#decimal"
    integer: Final = "http://www.w3.org/2001/XMLSchema#integer"
    string: Final = "http://www.w3.org/2001/XMLSchema#string"


class SKOS:
    """Terms of skos: that we write."""

    Concept: Final = "http://www.w3.org/2004/02/skos/core#Concept"
    ConceptScheme: Final = "http://www.w3.org/2004/02/skos/core#ConceptScheme"
    altLabel: Final = "http://www.w3.org/2004/02/skos/core#altLabel"
    broader: Final = "http://www.w3.org/2004/02/skos/core#broader"
    definition: Final = "http://www.w3.org/2004/02/skos/core#definition"
    exactMatch: Final = "http://www.w3.org/2004/02/skos/core#exactMatch"
    inScheme: Final = "http://www.w3.org/2004/02/skos/core#inScheme"
    notation: Final = "http://www.w3.org/2004/02/skos/core#notation"
    prefLabel: Final = "http://www.w3.org/2004/02/skos/core#prefLabel"
    topConceptOf: Final = "http://www.w3.org/2004/02/skos/core#topConceptOf"


class DCT:
    """Terms of dct: that we write."""

    description: Final = "http://purl.org/dc/terms/description"
    issued: Final = "http://purl.org/dc/terms/issued"
    license: Final = "http://purl.org/dc/terms/license"
    source: Final = "http://purl.org/dc/terms/source"
    subject: Final = "http://purl.org/dc/terms/subject"
    title: Final = "http://purl.org/dc/terms/title"


class PROV:
    """Terms of prov: that we write."""

    alternateOf: Final = "http://www.w3.org/ns/prov#alternateOf"
    used: Final = "http://www.w3.org/ns/prov#used"
    wasDerivedFrom: Final = "http://www.w3.org/ns/prov#wasDerivedFrom"
    wasGeneratedBy: Final = "http://www.w3.org/ns/prov#wasGeneratedBy"
    wasRevisionOf: Final = "http://www.w3.org/ns/prov#wasRevisionOf"


class OA:
    """Terms of oa: that we write."""

    TextPositionSelector: Final = "http://www.w3.org/ns/oa#TextPositionSelector"
    TextQuoteSelector: Final = "http://www.w3.org/ns/oa#TextQuoteSelector"
    end: Final = "http://www.w3.org/ns/oa#end"
    exact: Final = "http://www.w3.org/ns/oa#exact"
    hasSelector: Final = "http://www.w3.org/ns/oa#hasSelector"
    hasSource: Final = "http://www.w3.org/ns/oa#hasSource"
    prefix: Final = "http://www.w3.org/ns/oa#prefix"
    start: Final = "http://www.w3.org/ns/oa#start"
    suffix: Final = "http://www.w3.org/ns/oa#suffix"


class ORG:
    """Terms of org: that we write."""

    Organization: Final = "http://www.w3.org/ns/org#Organization"


class FOAF:
    """Terms of foaf: that we write."""

    Person: Final = "http://xmlns.com/foaf/0.1/Person"


class GEO:
    """Terms of geo: that we write."""

    Feature: Final = "http://www.opengis.net/ont/geosparql#Feature"


class SOSA:
    """Terms of sosa: that we write."""

    Observation: Final = "http://www.w3.org/ns/sosa/Observation"


class SCHEMA:
    """Terms of schema: that we write."""

    articleBody: Final = "http://schema.org/articleBody"
    name: Final = "http://schema.org/name"
    sha256: Final = "http://schema.org/sha256"


class VOID:
    """Terms of void: that we write."""

    Dataset: Final = "http://rdfs.org/ns/void#Dataset"
    Linkset: Final = "http://rdfs.org/ns/void#Linkset"
    classPartition: Final = "http://rdfs.org/ns/void#classPartition"
    classes: Final = "http://rdfs.org/ns/void#classes"
    dataDump: Final = "http://rdfs.org/ns/void#dataDump"
    distinctObjects: Final = "http://rdfs.org/ns/void#distinctObjects"
    distinctSubjects: Final = "http://rdfs.org/ns/void#distinctSubjects"
    entities: Final = "http://rdfs.org/ns/void#entities"
    inDataset: Final = "http://rdfs.org/ns/void#inDataset"
    linkPredicate: Final = "http://rdfs.org/ns/void#linkPredicate"
    objectsTarget: Final = "http://rdfs.org/ns/void#objectsTarget"
    properties: Final = "http://rdfs.org/ns/void#properties"
    property: Final = "http://rdfs.org/ns/void#property"
    propertyPartition: Final = "http://rdfs.org/ns/void#propertyPartition"
    sparqlEndpoint: Final = "http://rdfs.org/ns/void#sparqlEndpoint"
    subjectsTarget: Final = "http://rdfs.org/ns/void#subjectsTarget"
    subset: Final = "http://rdfs.org/ns/void#subset"
    triples: Final = "http://rdfs.org/ns/void#triples"
    uriSpace: Final = "http://rdfs.org/ns/void#uriSpace"
    vocabulary: Final = "http://rdfs.org/ns/void#vocabulary"


class DCAT:
    """Terms of dcat: that we write."""

    DataService: Final = "http://www.w3.org/ns/dcat#DataService"
    Dataset: Final = "http://www.w3.org/ns/dcat#Dataset"
    Distribution: Final = "http://www.w3.org/ns/dcat#Distribution"
    byteSize: Final = "http://www.w3.org/ns/dcat#byteSize"
    compressFormat: Final = "http://www.w3.org/ns/dcat#compressFormat"
    distribution: Final = "http://www.w3.org/ns/dcat#distribution"
    downloadURL: Final = "http://www.w3.org/ns/dcat#downloadURL"
    endpointURL: Final = "http://www.w3.org/ns/dcat#endpointURL"
    mediaType: Final = "http://www.w3.org/ns/dcat#mediaType"
    servesDataset: Final = "http://www.w3.org/ns/dcat#servesDataset"


#: Prefixes for serialisers and for queries that don't declare them.
PREFIXES: Final = {
    "ccl": "https://w3id.org/chuncheng/def/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "schema": "http://schema.org/",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
}


#: Version of the ontology.
ONTOLOGY_VERSION: Final = "0.1.0"
