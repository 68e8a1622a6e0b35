import { fileURLToPath } from "node:url";
import graphql from "@graphql-eslint/eslint-plugin";

const SCHEMA = fileURLToPath(new URL("../../schema.graphql", import.meta.url));

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: SCHEMA } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      // The vendor gives an id to contacts only. All else is what happened, or a part of
      // a contact: an id of our own could be asked for and would lead nowhere.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Payload", "Page", "Error"],
            types: [
              "AccountCoverage",
              "AccountRecipients",
              "ApplyContactsPlanResult",
              "Binding",
              "BindingChange",
              "BindingResult",
              "ContactDeletion",
              "ContactStatusProblem",
              "ContactStatusUpdate",
              "ContactVerification",
              "ContactsPlan",
              "ContactsPlanProblem",
              "ContactsPlanQuota",
              "CoverageFolder",
              "CoverageReport",
              "CoverageSummary",
              "DeletionFailure",
              "DeletionPreview",
              "DeletionProblem",
              "MessageTypeCoverage",
              "MessageTypeSummary",
              "PendingVerification",
              "PendingVerificationReport",
              "PlannedContactChange",
              "PlannedField",
              "Recipient",
              "ReplacementResult",
              "SendVerificationResult",
              "TargetTag",
              "UpdateMessageContactResult",
              "UpstreamErrorInfo",
              "WaitingPlanContact",
            ],
          },
        },
      ],
    },
  },
];
