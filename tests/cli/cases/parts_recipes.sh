# SPDX-License-Identifier: Apache-2.0
# The recipes of the README for many processes give the content of one.
for tool in parallel mpirun; do
  command -v $tool >/dev/null || { echo "there is no $tool here" >&2 && exit 77; }
done
seq 60000 | head -c 200000 >big
export NNZIP_OPT='-1 --cut lines'
parallel nnzip --part {}/8 big -o big.{} ::: $(seq 8) && nnzip join -o big.nnz big.[0-9]* &&
  nnzip -dc big.nnz | cmp - big && echo parallel
rm -f big.[0-9]*
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -np 4 \
  sh -c 'nnzip --part $((OMPI_COMM_WORLD_RANK + 1))/4 big -o big.$OMPI_COMM_WORLD_RANK' &&
  nnzip join -fo big.nnz big.[0-9]* && nnzip -dc big.nnz | cmp - big && echo mpirun
cp big wanted && rm big
parallel nnzip -d --part {}/8 big.nnz -o big ::: $(seq 8) && cmp big wanted && echo 'in place'
# As sbatch --array would set them.
for id in 3 1 2; do
  SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_COUNT=3 \
    sh -c 'nnzip --part $SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT big -o slurm.$SLURM_ARRAY_TASK_ID'
done
nnzip join slurm.? | nnzip -d | cmp - big && echo 'an array'
split -b 64K --filter='nnzip -c' big >big.nnz && nnzip -dc big.nnz | cmp - big && echo split
