// Where a ray runs inside the box |x|, |y|, |z| <= half around the origin.

// The distances of entry and exit along the ray; entry > exit means that the ray misses the box.
// Behind the eye nothing counts: the entry is at least 0.
vec2 box_segment(vec3 eye, vec3 direction, float half_edge) {
    // A component of zero would divide 0 by 0 where the eye lies on a face.
    vec3 safe = mix(direction, vec3(1e-9), lessThan(abs(direction), vec3(1e-9)));
    vec3 first = (-half_edge - eye) / safe;
    vec3 second = (half_edge - eye) / safe;
    vec3 lower = min(first, second);
    vec3 upper = max(first, second);
    return vec2(max(max(lower.x, lower.y), max(lower.z, 0.0)), min(upper.x, min(upper.y, upper.z)));
}
