/** The JSON API of this site; every failure becomes an ApiError with a sentence to show. */
import { pageMeta } from "./dom.js";

const ROOT = "/api/v1/";

export class ApiError extends Error {
  constructor(status, detail, body = {}) {
    super(detail);
    this.status = status;
    this.body = body;
  }
}

async function request(method, path, { query = {}, body, signal } = {}) {
  const url = new URL(ROOT + path, location.origin);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(key, value);
  }
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = pageMeta("csrf-token");
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, { method, headers, body: body && JSON.stringify(body), credentials: "same-origin", signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "We cannot reach the site. Check your connection and try again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, sentenceOf(answer, response.status), answer);
  return answer;
}

function sentenceOf(answer, status) {
  if (typeof answer.detail === "string") return answer.detail;
  if (status === 429) return "That was a lot at once. Wait a minute and try again.";
  return "Something broke on our side. Please try again.";
}

export const search = (query, signal) => request("GET", "search", { query, signal });
export const movie = (movieId) => request("GET", `movies/${movieId}`);
export const similar = (movieId, query) => request("GET", `movies/${movieId}/similar`, { query });
export const ratings = (query, signal) => request("GET", "ratings", { query, signal });
export const recommendations = (query, signal) => request("GET", "recommendations", { query, signal });
export const explanation = (movieId, query) => request("GET", `movies/${movieId}/explanation`, { query });
export const inviteToGroup = () => request("POST", "group-invitations");
export const groupRecommendations = (query, signal) => request("GET", "recommendations/group", { query, signal });
export const putRating = (movieId, stars, query) => request("PUT", `ratings/${movieId}`, { query, body: { stars } });
export const marked = (kind, query, signal) => request("GET", kind, { query, signal });
export const putMark = (kind, movieId) => request("PUT", `${kind}/${movieId}`);
export const deleteMark = (kind, movieId) => request("DELETE", `${kind}/${movieId}`);
export const settings = () => request("GET", "settings");
export const putSettings = (body) => request("PUT", "settings", { body });
export const deleteRating = (movieId, query) => request("DELETE", `ratings/${movieId}`, { query });
