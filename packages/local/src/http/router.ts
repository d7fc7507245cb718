import { type Route, routes } from "@attune/topology/routes";

export interface Match {
  /** `GET /path/{parameter}`, or `$default`. */
  readonly routeKey: string;
  /** The name of the function that serves it. */
  readonly function: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Candidate {
  readonly method: string;
  readonly segments: readonly string[];
  readonly path: string;
  readonly function: string;
}

const isParameter = (segment: string) => segment.startsWith("{");
const parameters = ({ segments }: Candidate) => segments.filter(isParameter).length;

/** The most specific first. */
const candidates = Object.values<Route>(routes)
  .map((route): Candidate => ({ ...route, segments: route.path.split("/") }))
  .sort((one, other) => parameters(one) - parameters(other));

/** The route that API Gateway would choose for a request. */
export function matchRoute(method: string, path: string): Match {
  const segments = path.split("/");
  for (const candidate of candidates) {
    if (candidate.method !== method || candidate.segments.length !== segments.length) continue;
    const pathParameters = matchSegments(candidate.segments, segments);
    if (pathParameters !== undefined)
      return {
        routeKey: `${method} ${candidate.path}`,
        function: candidate.function,
        pathParameters,
      };
  }
  return { routeKey: "$default", function: "fallback", pathParameters: {} };
}

function matchSegments(pattern: readonly string[], segments: readonly string[]) {
  const found: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (isParameter(expected) && segment !== "") found[expected.slice(1, -1)] = decode(segment);
    else if (segment !== expected) return undefined;
  }
  return found;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
