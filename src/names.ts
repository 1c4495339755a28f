/** The public names of Coaster, a line a room. The entries index.ts and page.ts are these names, and what compiles beneath them. */

// data
export { parseCsv, writeCsv } from "./data/csv.ts";
export { type Decoded, decodeText, type Encoding } from "./data/encoding.ts";
export { type TableLike, toTable } from "./data/input.ts";
export { omissions, Table } from "./data/table.ts";
// fit
export {
  type Comparable,
  type ComparedModel,
  type CompareOptions,
  type Comparison,
  compare,
  type NestedTest,
} from "./fit/compare.ts";
export type { Edit } from "./fit/edit.ts";
export { type Suggestion, type Suggestions, suggestNames } from "./fit/formula/completion.ts";
export { FormulaError } from "./fit/formula/error.ts";
export { type Formula, type FormulaNames, parseFormula } from "./fit/formula/formula.ts";
export { type FormulaWord, formulaWords, type WordRole } from "./fit/formula/words.ts";
export { type Landscape, lossLandscape } from "./fit/landscape.ts";
export { levelsOf } from "./fit/levels.ts";
export { type Loss, type LossName, type LossOptions, losses } from "./fit/losses.ts";
export { type LrFindOptions, type LrFound, lrFind } from "./fit/lr-find.ts";
export type { FitOptions, ModelFunction, StopOptions } from "./fit/options.ts";
export { type PlainRate, plainRate } from "./fit/plain-rate.ts";
export { randomStart } from "./fit/random-start.ts";
export type {
  Bands,
  Diagnostic,
  HistoryEntry,
  IntervalOptions,
  NamedMatrix,
  Outcome,
  OutcomeKind,
  Parameter,
  ProfileInterval,
  ProfileOptions,
  Statistics,
  StepEvent,
} from "./fit/result.ts";
export { readModel, type SavedModel } from "./fit/saved.ts";
export type { ParamOption, ParamOptions } from "./fit/start.ts";
export {
  type LandscapeAxis,
  type LandscapeView,
  type LossGrid,
  type Refining,
  type ViewOptions,
  viewAround,
} from "./fit/survey.ts";
export type { Budget, StepTaken, TrainOptions } from "./fit/training.ts";
export { othersTurn } from "./fit/turns.ts";
export type { Dtype } from "./ir/dtype.ts";
// optim
export { adadelta, adagrad, adam, adamax, adamw, nadam, radam, rmsprop, sgd } from "./optim/first-order.ts";
export { lbfgs } from "./optim/lbfgs.ts";
export { type Holder, type Optimizer, type OptimizerState, optimizer } from "./optim/optimizer.ts";
export { type OptimizerName, optimizers } from "./optim/optimizers.ts";
export * from "./optim/schedules.ts";
// report
export { logTicksOf, type Range, rangeOf, tickLabels, ticksOf } from "./report/axis.ts";
export { braillePlot, sideBySide } from "./report/braille.ts";
export { type CodeOptions, fitCode } from "./report/code.ts";
export { typeset } from "./report/figure.ts";
export {
  type Fitted,
  type FittedOutputs,
  type FormulaParams,
  type FunctionParams,
  fit,
  type TensorParameter,
} from "./report/fitted.ts";
export type { GroupedFit, GroupedJson, GroupFit, GroupKey, GroupParameter } from "./report/group-fit.ts";
export { fitGroups } from "./report/groups.ts";
export type { ResultJson } from "./report/json.ts";
export {
  type LeastSquares,
  type LeastSquaresOptions,
  leastSquares,
  type Residuals,
} from "./report/least-squares.ts";
export { type Chapter, type Scene, type StepTitle, sevenSteps, type Told } from "./report/lesson.ts";
export { formatNumber, shortNumber } from "./report/numbers.ts";
export { type FitPicture, fitFigure } from "./report/plot/fit.ts";
export { type LossPicture, lossFigure } from "./report/plot/loss.ts";
export { type ParametersPicture, parametersFigure } from "./report/plot/parameters.ts";
export { type RatePicture, rateFigure } from "./report/plot/rate.ts";
export { type SurfacePicture, surfaceFigure } from "./report/plot/surface.ts";
export type { ReportTables } from "./report/tables.ts";
export { type Training, train } from "./report/trained.ts";
// runtime
export { setThreads, threadCount, threadsReady, threadsReason } from "./runtime/threads.ts";
// tensor
export { grad, hessian, jacobian, jvp, linearize, valueAndGrad, vjp } from "./tensor/autodiff.ts";
export { type CheckOptions, checkGradients } from "./tensor/check.ts";
export { compile } from "./tensor/compile.ts";
export { type ExplainOptions, type ExplainPart, explain } from "./tensor/explain.ts";
export * from "./tensor/functions.ts";
export {
  arange,
  cat,
  eye,
  full,
  linspace,
  type MakeOptions,
  manualSeed,
  ones,
  onesLike,
  rand,
  randint,
  randn,
  randperm,
  stack,
  type TensorData,
  tensor,
  where,
  zeros,
  zerosLike,
} from "./tensor/make.ts";
export { Generator } from "./tensor/random.ts";
export { type ScanOptions, type ScanStep, scan } from "./tensor/scan.ts";
export { type Nested, noGrad, type Operand, Tensor } from "./tensor/tensor.ts";
export type { Tensors } from "./tensor/tree.ts";
