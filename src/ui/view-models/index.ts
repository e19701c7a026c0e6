// What the terminal says in the words of the pages.
export { cardText } from './card-text';
export { guestText, storyText } from './guest-story';
export { jobPageView, logLine, logText } from './job-view';
export { planCard } from './plan-card';
export { timeText } from './words';
