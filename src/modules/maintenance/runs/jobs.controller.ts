import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { accepted, pointTo } from './accepted.js';
import { askRunBodySchema, pauseBodySchema, type AskRunBody, type PauseBody } from './dto/ask-run.body.js';
import {
  jobExample,
  jobListExample,
  jobListSchema,
  jobSchema,
  type JobDto,
  type JobListDto,
} from './dto/job.dto.js';
import { jobParamSchema, type JobParam } from './dto/list-runs.query.js';
import type { AcceptedRunDto } from './dto/run.dto.js';
import { JobsService } from './jobs.service.js';
import { Operations } from './operations.service.js';

const job = { schema: jobSchema, description: 'The job.', example: jobExample };
const jobs = { schema: jobListSchema, description: 'The jobs.', example: jobListExample };

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly operations: Operations,
  ) {}

  @Get('jobs')
  @ApiOperation({ summary: 'Every job, with its schedule, its last run and the one that is under way' })
  @ApiAnswers(jobs, 401, 403, 503)
  list(): Promise<JobListDto> {
    return this.jobs.list();
  }

  @Get('jobs/:name')
  @ApiOperation({ summary: 'One job' })
  @ApiAnswers(job, 400, 401, 403, 404, 503)
  find(@Param({ schema: jobParamSchema }) { name }: JobParam): Promise<JobDto> {
    return this.jobs.find(name);
  }

  @Post('jobs/:name/run')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a run, or for a dry run',
    description:
      'Some instance begins it within a second. 409 where the job is paused, runs already, or is heavy and no maintenance ' +
      'window is open; `force` gets over all but a run that is under way.',
  })
  @ApiAnswers(accepted, 400, 401, 403, 404, 409, 503)
  async run(
    @CurrentAuthor() author: Author,
    @Param({ schema: jobParamSchema }) { name }: JobParam,
    @Body({ schema: askRunBodySchema }) body: AskRunBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedRunDto> {
    return pointTo(reply, await this.operations.ask(author, name, body));
  }

  @Post('jobs/:name/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let no run of a job begin; one that is under way goes on' })
  @ApiAnswers(job, 400, 401, 403, 404, 503)
  async pause(
    @CurrentAuthor() author: Author,
    @Param({ schema: jobParamSchema }) { name }: JobParam,
    @Body({ schema: pauseBodySchema }) { reason }: PauseBody,
  ): Promise<JobDto> {
    await this.operations.pause(author, name, reason);
    return this.jobs.find(name);
  }

  @Post('jobs/:name/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let runs of a job begin again' })
  @ApiAnswers(job, 400, 401, 403, 404, 503)
  async resume(
    @CurrentAuthor() author: Author,
    @Param({ schema: jobParamSchema }) { name }: JobParam,
  ): Promise<JobDto> {
    await this.operations.resume(author, name);
    return this.jobs.find(name);
  }

  @Post('pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let no run of any job begin' })
  @ApiAnswers(jobs, 400, 401, 403, 503)
  async pauseAll(
    @CurrentAuthor() author: Author,
    @Body({ schema: pauseBodySchema }) { reason }: PauseBody,
  ): Promise<JobListDto> {
    await this.operations.pause(author, null, reason);
    return this.jobs.list();
  }

  @Post('resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let runs begin again, but of those jobs that are paused by themselves' })
  @ApiAnswers(jobs, 401, 403, 503)
  async resumeAll(@CurrentAuthor() author: Author): Promise<JobListDto> {
    await this.operations.resume(author, null);
    return this.jobs.list();
  }
}
