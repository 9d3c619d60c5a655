export { headGuesses, headLesson, headModel, headNames, type HeadWeights } from './head.ts'
