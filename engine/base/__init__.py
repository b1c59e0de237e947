"""The ground floor: errors, actors, time, ids, values and kernel events."""
