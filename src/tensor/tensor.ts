/**
 * What a person holds: a handle on a graph node. Operations record; numbers appear when they are looked at.
 * Methods for elementwise ops and reductions are made from the tables; the others are written here.
 */
import { type Dtype, isFloating, type Storage } from "../ir/dtype.ts";
import { ancestors, data, describe, isDifferentiable, Node } from "../ir/graph.ts";
import * as linear from "../ir/linear.ts";
import { elementwise, type MapName, maps, o } from "../ir/maps.ts";
import { matmul } from "../ir/matmul.ts";
import { type AlongName, alongs, position, type ReductionName, reduce, reductions } from "../ir/reductions.ts";
import { resolveDim, resolveDims, type Shape, sameShape, showShape, sizeOf } from "../ir/shape.ts";
import { evaluate } from "../runtime/interpreter.ts";
import { gradients } from "./gradients.ts";
import * as movement from "./movement.ts";
import { print } from "./print.ts";

/** An operand: a tensor, or a number that broadcasts. */
export type Operand = Tensor | number;

/** Which dimensions a reduction folds (all of them by default), and whether they stay with size 1. */
export interface ReduceOptions {
  readonly dim?: number | readonly number[];
  readonly keepdim?: boolean;
}

/** Nested arrays of elements, as deep as a tensor has dimensions; a number for none. Bools are booleans. */
export type Nested = number | boolean | readonly Nested[];

type NamesOfArity<N> = { [K in MapName]: (typeof maps)[K] extends { arity: N } ? K : never }[MapName];
type UnaryName = NamesOfArity<1>;
type BinaryName = Exclude<NamesOfArity<2>, "elu" | "leakyRelu">;
type UnaryMethods = { [K in keyof Pick<typeof maps, UnaryName>]: () => Tensor };
type BinaryMethods = { [K in keyof Pick<typeof maps, BinaryName>]: (other: Operand) => Tensor };
type ReductionMethods = { [K in keyof typeof reductions]: (options?: ReduceOptions & { readonly correction?: number }) => Tensor };
type AlongMethods = { [K in keyof typeof alongs]: (options?: { readonly dim?: number }) => Tensor };

/** The methods that the tables give every tensor. */
export interface Tensor extends UnaryMethods, BinaryMethods, ReductionMethods, AlongMethods {}
