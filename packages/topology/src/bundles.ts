/**
 * Sources of credentials that a Lambda has no use for, a quarter of a bundle with what they import: its
 * environment holds them, and the SDK imports a source only where the environment holds none.
 */
export const unusedCredentialSources: readonly string[] = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/credential-provider-imds",
];
