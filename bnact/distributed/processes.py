"""Several processes that compute one thing: how each of them joins the others."""

import os
from collections.abc import Mapping
from typing import NamedTuple

import jax

VARIABLES: tuple[str, ...] = ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID")

BIND = "JAX_COORDINATOR_BIND_ADDRESS"


class Place(NamedTuple):
    """A process among others.

    Attributes:
      coordinator: "host:port" of process 0.
      processes: how many there are.
      number: of this one, from 0.
    """

    coordinator: str
    processes: int
    number: int


def place_in(environment: Mapping[str, str]) -> Place | None:
    """This process's place as the environment has it; None where none of the three variables is set.

    Args:
      environment: with JAX_COORDINATOR_ADDRESS, JAX_NUM_PROCESSES and JAX_PROCESS_ID.

    Raises:
      ValueError: some are set and others are not, or they contradict each other.
    """
    found = {name: environment[name] for name in VARIABLES if environment.get(name)}
    if not found:
        return None
    missing = [name for name in VARIABLES if name not in found]
    if missing:
        raise ValueError(
            f"join_processes: all of {', '.join(VARIABLES)} must be set, or none; got no {missing[0]}; "
            "set it for every process"
        )
    address, processes, number = (found[name] for name in VARIABLES)
    if not (processes.isdecimal() and number.isdecimal() and int(number) < int(processes)):
        raise ValueError(
            "join_processes: JAX_PROCESS_ID must be a whole number from 0 to JAX_NUM_PROCESSES - 1; got "
            f"{number!r} of {processes!r}; number the processes from 0"
        )
    return Place(address, int(processes), int(number))


def join_processes() -> bool:
    """Makes this process one of several that hold the devices of all together, as the environment says.

    Call it before anything else touches jax. Processes are told of each other by the variables of `place_in`;
    CPU devices talk by gloo. On a cluster that jax knows by itself, such as Slurm, call
    `jax.distributed.initialize` instead.

    Process 0 listens on the coordinator's address alone: nobody who comes is asked who they are, and at
    127.0.0.1 only the same machine can come. JAX_COORDINATOR_BIND_ADDRESS names another address to listen on.

    Returns:
      Whether there are others; without the variables nothing is done.

    Raises:
      ValueError: see `place_in`.
    """
    place = place_in(os.environ)
    if place is None:
        return False
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    # By itself jax listens on every interface.
    bound = os.environ.get(BIND) or place.coordinator
    jax.distributed.initialize(*place, coordinator_bind_address=bound)
    return True
